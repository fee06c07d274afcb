using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

/// <summary>
/// The autoencoder of Stable Diffusion 1.x (Rombach et al. 2022), as two models of one set of weights.
/// <code>
/// encoder: sample float32 [batch, 3, height, width] in −1 … 1 → mean, logvar float32 [batch, 4, height/8, width/8]
/// decoder: latent_sample float32 [batch, 4, height, width] → sample float32 [batch, 3, 8·height, 8·width], not clamped
/// </code>
/// The encoder does not sample: latents are (mean + exp(logvar / 2) · noise) · <see cref="VaeConfig.ScalingFactor"/>; the decoder takes
/// latents divided by that factor. logvar is limited to −30 … 20. Picture sides not divisible by 8 lose their last pixels, as in the
/// reference.
/// </summary>
static class AutoencoderKL
{
    // Of every GroupNorm, whatever the configuration says.
    const float Epsilon = 1e-6f;

    // The reference's DiagonalGaussianDistribution.
    const float LowestLogVariance = -30, HighestLogVariance = 20;

    /// <summary>
    /// Attention is named as published for SD 1.5 (query, key, value, proj_attn) or as today (to_q, to_k, to_v, to_out.0).
    /// </summary>
    public static IReadOnlyList<WeightInfo> Weights(VaeConfig config, bool newAttentionNames = false) =>
        [.. BuildDecoder(config, newAttentionNames, default).WeightInfos(),
        .. BuildEncoder(config, newAttentionNames, default).WeightInfos()];

    public static OnnxModel AuthorEncoder(VaeConfig config, IWeights weights, ModelPrecision precision = ModelPrecision.Float32) =>
        Author(config, weights, precision, BuildEncoder);

    public static OnnxModel AuthorDecoder(VaeConfig config, IWeights weights, ModelPrecision precision = ModelPrecision.Float32) =>
        Author(config, weights, precision, BuildDecoder);

    static OnnxModel Author(VaeConfig config, IWeights weights, ModelPrecision precision,
        Func<VaeConfig, bool, ModelPrecision, ModelGraph> build)
    {
        bool newNames = HasNewNames(weights);
        var all = Weights(config, newNames);
        WeightCheck.Demand("vae", all, weights, exact: true);
        return new(build(config, newNames, precision), weights);
    }

    // Whether attention is named as libraries save it today.
    public static bool HasNewNames(IWeights weights) =>
        weights.Infos.Keys.Any(n => n.EndsWith("mid_block.attentions.0.to_q.weight", StringComparison.Ordinal));

    static ModelGraph BuildEncoder(VaeConfig config, bool newNames, ModelPrecision precision)
    {
        var graph = new ModelGraph("vae_encoder") { FusesAttention = true, FloatType = precision.FloatType };
        Value sample = graph.FloatInput("sample", Dim.Named("batch"), config.InChannels, Dim.Named("height"), Dim.Named("width"));
        var (mean, logVariance) = Encode(sample, config, newNames);
        graph.Output("mean", mean);
        graph.Output("logvar", logVariance);
        return graph;
    }

    // A picture's latent distribution.
    public static (Value Mean, Value LogVariance) Encode(Value x, VaeConfig config, bool newNames = false)
    {
        ModelGraph graph = x.Graph;
        using (graph.Scope("encoder"))
        {
            x = x.Conv3("conv_in", config.BlockChannels[0]);
            for (int level = 0; level < config.BlockChannels.Count; level++)
                using (graph.Scope($"down_blocks.{level}"))
                {
                    int channels = config.BlockChannels[level];
                    for (int i = 0; i < config.LayersPerBlock; i++) x = x.ResnetBlock($"resnets.{i}", channels, config.NormGroups, Epsilon);
                    if (level == config.BlockChannels.Count - 1) break;
                    using (graph.Scope("downsamplers.0")) x = x.ConvLayer("conv", channels, kernel: 3, stride: 2, pads: (0, 0, 1, 1));
                }
            x = Middle(x, config, newNames);
            x = x.GroupNormLayer("conv_norm_out", config.NormGroups, Epsilon).Silu().Conv3("conv_out", 2 * config.LatentChannels);
        }
        var moments = x.Conv1("quant_conv", 2 * config.LatentChannels).Cast(ElementType.Float32).Split(2, axis: 1);
        return (moments[0], moments[1].Clip(LowestLogVariance, HighestLogVariance));
    }

    static ModelGraph BuildDecoder(VaeConfig config, bool newNames, ModelPrecision precision)
    {
        var graph = new ModelGraph("vae_decoder") { FusesAttention = true, FloatType = precision.FloatType };
        Value latents = graph.FloatInput("latent_sample", Dim.Named("batch"), config.LatentChannels, Dim.Named("height"),
            Dim.Named("width"));
        graph.FloatOutput("sample", Decode(latents, config, newNames));
        return graph;
    }

    // Takes latents divided by the scaling factor; not clamped.
    public static Value Decode(Value x, VaeConfig config, bool newNames = false)
    {
        ModelGraph graph = x.Graph;
        x = x.Conv1("post_quant_conv", config.LatentChannels);
        using (graph.Scope("decoder"))
        {
            x = x.Conv3("conv_in", config.BlockChannels[^1]);
            x = Middle(x, config, newNames);
            for (int i = 0; i < config.BlockChannels.Count; i++)
                using (graph.Scope($"up_blocks.{i}"))
                {
                    int channels = config.BlockChannels[^(i + 1)];
                    for (int j = 0; j <= config.LayersPerBlock; j++)
                        x = x.ResnetBlock($"resnets.{j}", channels, config.NormGroups, Epsilon);
                    if (i == config.BlockChannels.Count - 1) break;
                    using (graph.Scope("upsamplers.0")) x = x.EnlargeNearest(2).Conv3("conv", channels);
                }
            return x.GroupNormLayer("conv_norm_out", config.NormGroups, Epsilon).Silu().Conv3("conv_out", config.OutChannels);
        }
    }

    static Value Middle(Value x, VaeConfig config, bool newNames)
    {
        using var _ = x.Graph.Scope("mid_block");
        int channels = config.BlockChannels[^1];
        x = x.ResnetBlock("resnets.0", channels, config.NormGroups, Epsilon);
        x = Attention(x, config, newNames ? ("to_q", "to_k", "to_v", "to_out.0") : ("query", "key", "value", "proj_attn"));
        return x.ResnetBlock("resnets.1", channels, config.NormGroups, Epsilon);
    }

    // Positions as tokens, one head.
    static Value Attention(Value x, VaeConfig config, (string Q, string K, string V, string Out) names)
    {
        using var _ = x.Graph.Scope("attentions.0");
        int channels = (int)x[1].Value;
        Dim batch = x[0], positions = x[2] * x[3];
        Value h = x.GroupNormLayer("group_norm", config.NormGroups, Epsilon);
        h = h.Reshape(batch, channels, positions).Transpose(0, 2, 1).Reshape(batch * positions, channels);
        Value q = h.LinearLayer(names.Q, channels), k = h.LinearLayer(names.K, channels), v = h.LinearLayer(names.V, channels);
        h = Layers.Attend(q, k, v, batch, positions, positions, heads: 1).LinearLayer(names.Out, channels);
        return h.Reshape(batch, positions, channels).Transpose(0, 2, 1).ReshapeLike(x) + x;
    }
}
