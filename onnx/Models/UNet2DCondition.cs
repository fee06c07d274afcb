using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

/// <summary>
/// The noise predictor of Stable Diffusion 1.x (Rombach et al. 2022) with a ControlNet's residuals as inputs.
/// <code>
/// sample                 float32 [batch, latent channels, height, width]   any height and width, odd ones too
/// timestep               float32 [batch]       may be fractional (Euler)
/// encoder_hidden_states  float32 [batch, tokens, text width]
/// down_block_0 … k−1     float32 [batch, channels, sides]   added to the skip connections; zeros for no control
/// mid_block              float32 [batch, channels, sides]
/// → out_sample           float32 [batch, latent channels, height, width]
/// </code>
/// </summary>
static class UNet2DCondition
{
    public static IReadOnlyList<WeightInfo> Weights(UNetConfig config) => Build(config).WeightInfos();

    public static OnnxModel Author(UNetConfig config, IWeights weights, ModelPrecision precision = ModelPrecision.Float32) =>
        new(Build(config, precision), weights, exact: true);

    static ModelGraph Build(UNetConfig config, ModelPrecision precision = ModelPrecision.Float32)
    {
        var graph = new ModelGraph("unet") { FusesAttention = true, FloatType = precision.FloatType };
        UNetParts.Inputs inputs = UNetParts.DeclareInputs(graph, config);
        var (downResiduals, midResidual) = DeclareResiduals(graph, inputs.Sample, config);
        graph.FloatOutput("out_sample", Apply(inputs, downResiduals, midResidual, config));
        return graph;
    }

    // Without residuals, without control.
    public static Value Apply(UNetParts.Inputs inputs, IReadOnlyList<Value> downResiduals, Value? midResidual, UNetConfig config)
    {
        ModelGraph graph = inputs.Sample.Graph;
        Value time = UNetParts.TimeEmbedding(inputs.Timestep, config);
        Value x = inputs.Sample.Conv3("conv_in", config.BlockChannels[0]);
        List<Value> skips = UNetParts.Down(x, time, inputs.Text, config);
        x = UNetParts.Middle(skips[^1], time, inputs.Text, config);
        using (graph.Scope("control"))
        {
            for (int i = 0; i < downResiduals.Count; i++) skips[i] += downResiduals[i];
            if (midResidual is not null) x += midResidual;
        }
        x = Up(x, skips, time, inputs.Text, config);
        return x.GroupNormLayer("conv_norm_out", config.NormGroups, config.NormEpsilon).Silu().Conv3("conv_out", config.OutChannels);
    }

    static (Value[] Down, Value Mid) DeclareResiduals(ModelGraph graph, Value sample, UNetConfig config)
    {
        Value Declare(string name, int channels, int halvings)
        {
            Dim h = sample[2], w = sample[3];
            for (int i = 0; i < halvings; i++) (h, w) = ((h + 1).FloorDivide(2), (w + 1).FloorDivide(2));
            return graph.FloatInput(name, sample[0], channels, h, w);
        }
        Value[] down = [.. config.SkipChannels.Select((c, i) => Declare($"down_block_{i}", c, config.SkipHalvings[i]))];
        return (down, Declare("mid_block", config.BlockChannels[^1], config.BlockChannels.Count - 1));
    }

    static Value Up(Value x, List<Value> skips, Value time, Value text, UNetConfig config)
    {
        int levels = config.BlockChannels.Count, left = skips.Count;
        for (int i = 0; i < levels; i++)
            using (x.Graph.Scope($"up_blocks.{i}"))
            {
                int level = levels - 1 - i;
                for (int j = 0; j <= config.LayersPerBlock; j++)
                {
                    x = Value.Concat(1, x, skips[--left]);
                    x = x.ResnetBlock($"resnets.{j}", config.BlockChannels[level], config.NormGroups, config.NormEpsilon, time);
                    if (config.UpAttention[i]) x = UNetParts.Transformer(x, $"attentions.{j}", text, config.Heads[level], config);
                }
                if (level == 0) break;
                // An odd side was halved upwards, so doubling may be one too large: take the size of the next skip.
                using (x.Graph.Scope("upsamplers.0")) x = x.ResizeNearestTo(skips[left - 1]).Conv3("conv", config.BlockChannels[level]);
            }
        return x;
    }
}
