using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Models;

// What UNet and ControlNet share.
static class UNetParts
{
    // The longest period of the sinusoidal embedding ("Attention is all you need", section 3.5).
    const double MaxPeriod = 10000;

    // The published library's, whatever the configuration says.
    const float TransformerNormEpsilon = 1e-6f, LayerNormEpsilon = 1e-5f;

    public sealed record Inputs(Value Sample, Value Timestep, Value Text)
    {
        public Dim Batch => Sample[0];
    }

    public static Inputs DeclareInputs(ModelGraph graph, UNetEncoderConfig config)
    {
        Dim batch = Dim.Named("batch");
        return new(
            graph.FloatInput("sample", batch, config.InChannels, Dim.Named("height"), Dim.Named("width")),
            graph.Input("timestep", ElementType.Float32, batch),
            graph.FloatInput("encoder_hidden_states", batch, Dim.Named("tokens"), config.CrossAttentionWidth));
    }

    /// <summary>
    /// [batch] → SiLU of the time embedding, [batch, 4 × channels], with which every resnet starts. The sinusoids are [cos, sin] of t ·
    /// 10000^(−i / (half − shift)), i = 0 … half − 1.
    /// </summary>
    public static Value TimeEmbedding(Value timestep, UNetEncoderConfig config)
    {
        ModelGraph graph = timestep.Graph;
        int channels = config.BlockChannels[0], half = channels / 2, width = 4 * channels;
        var frequencies = new float[half];
        for (int i = 0; i < half; i++)
            // rounded where the reference rounds
            frequencies[i] = (float)Math.Exp((float)-Math.Log(MaxPeriod) * i / (half - config.FrequencyShift));
        Value sinusoids;
        using (graph.Scope("time_proj"))
        {
            Value angles = timestep.Unsqueeze(1) * graph.Constant(frequencies, new Shape(1, half), "time_frequencies");
            sinusoids = config.CosFirst ? Value.Concat(1, angles.Cos(), angles.Sin()) : Value.Concat(1, angles.Sin(), angles.Cos());
        }
        using (graph.Scope("time_embedding"))
            return sinusoids.Cast(graph.FloatType).LinearLayer("linear_1", width).Silu().LinearLayer("linear_2", width).Silu();
    }

    // The skip connections in order, the last one being the state itself.
    public static List<Value> Down(Value x, Value time, Value text, UNetEncoderConfig config)
    {
        List<Value> skips = [x];
        for (int level = 0; level < config.BlockChannels.Count; level++)
            using (x.Graph.Scope($"down_blocks.{level}"))
            {
                for (int i = 0; i < config.LayersPerBlock; i++)
                {
                    x = x.ResnetBlock($"resnets.{i}", config.BlockChannels[level], config.NormGroups, config.NormEpsilon, time);
                    if (config.DownAttention[level]) x = Transformer(x, $"attentions.{i}", text, config.Heads[level], config);
                    skips.Add(x);
                }
                if (level == config.BlockChannels.Count - 1) break;
                using (x.Graph.Scope("downsamplers.0")) skips.Add(x = x.Conv3("conv", config.BlockChannels[level], stride: 2));
            }
        return skips;
    }

    public static Value Middle(Value x, Value time, Value text, UNetEncoderConfig config)
    {
        if (config.Middle == MiddleBlock.None) return x;
        using var _ = x.Graph.Scope("mid_block");
        int channels = config.BlockChannels[^1];
        x = x.ResnetBlock("resnets.0", channels, config.NormGroups, config.NormEpsilon, time);
        if (config.Middle == MiddleBlock.Resnet) return x;
        x = Transformer(x, "attentions.0", text, config.Heads[^1], config);
        return x.ResnetBlock("resnets.1", channels, config.NormGroups, config.NormEpsilon, time);
    }

    // Blocks over positions as tokens, and a shortcut.
    public static Value Transformer(Value x, string name, Value text, int heads, UNetEncoderConfig config)
    {
        using var _ = x.Graph.Scope(name);
        int channels = (int)x[1].Value;
        Dim batch = x[0], positions = x[2] * x[3];
        Value h = x.GroupNormLayer("norm", config.NormGroups, TransformerNormEpsilon).Conv1("proj_in", channels);
        h = h.Reshape(batch, channels, positions).Transpose(0, 2, 1).Reshape(batch * positions, channels);   // rows: one per position
        for (int i = 0; i < config.TransformerLayers; i++)
            using (x.Graph.Scope($"transformer_blocks.{i}"))
            {
                h += Attention(h.LayerNormLayer("norm1", LayerNormEpsilon), null, "attn1", batch, positions, heads);
                h += Attention(h.LayerNormLayer("norm2", LayerNormEpsilon), text, "attn2", batch, positions, heads);
                h += FeedForward(h.LayerNormLayer("norm3", LayerNormEpsilon));
            }
        h = h.Reshape(batch, positions, channels).Transpose(0, 2, 1).ReshapeLike(x);
        return h.Conv1("proj_out", channels) + x;
    }

    // Self-attention, or cross-attention to a text [batch, tokens, width]; x is rows.
    static Value Attention(Value x, Value? text, string name, Dim batch, Dim positions, int heads)
    {
        using var _ = x.Graph.Scope(name);
        int channels = (int)x[1].Value;
        Dim keys = text is null ? positions : text[1];
        Value context = text is null ? x : text.Reshape(batch * keys, text[2]);
        Value q = x.LinearLayer("to_q", channels, bias: false);
        Value k = context.LinearLayer("to_k", channels, bias: false), v = context.LinearLayer("to_v", channels, bias: false);
        return Layers.Attend(q, k, v, batch, positions, keys, heads).LinearLayer("to_out.0", channels);
    }

    // GEGLU (Shazeer 2020): the first half times the GELU of the second.
    static Value FeedForward(Value x)
    {
        using var _ = x.Graph.Scope("ff");
        int channels = (int)x[1].Value;
        var halves = x.LinearLayer("net.0.proj", 8 * channels).Split(2, axis: 1);
        return (halves[0] * halves[1].Gelu()).LinearLayer("net.2", channels);
    }
}
