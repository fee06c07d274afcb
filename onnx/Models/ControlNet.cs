using Alignment.Onnx.Graph;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Models;

/// <summary>
/// ControlNet (Zhang, Rao and Agrawala 2023): a copy of the UNet's encoder half that sees the control picture and outputs residuals for the
/// UNet, each through a convolution that starts at zero.
/// <code>
/// sample                 float32 [batch, latent channels, height, width]
/// timestep               float32 [batch]
/// encoder_hidden_states  float32 [batch, tokens, text width]
/// controlnet_cond        float32 [batch, control channels, factor × height, factor × width]   in 0 … 1
/// conditioning_scale     float32 [1]           multiplies every residual; 1 is full strength, 0 none
/// → down_block_res_0 … k−1, mid_block_res      the UNet's down_block_0 … k−1, mid_block
/// </code>
/// </summary>
static partial class ControlNet
{
    public static IReadOnlyList<WeightInfo> Weights(ControlNetConfig config) => Build(config).WeightInfos();

    public static OnnxModel Author(ControlNetConfig config, IWeights weights, ModelPrecision precision = ModelPrecision.Float32) =>
        new(Build(config, precision), weights, exact: true);

    /// <summary>
    /// In two parts, for loops: what depends on the control picture only (<c>controlnet_cond</c> → <c>control_hint</c> [batch, channels of
    /// the first level, height, width]), and the body, which takes <c>control_hint</c>.
    /// </summary>
    public static (OnnxModel Hint, OnnxModel Body) AuthorInTwo(ControlNetConfig config, IWeights weights,
        ModelPrecision precision = ModelPrecision.Float32)
    {
        var hint = new ModelGraph("controlnet_hint") { FloatType = precision.FloatType };
        Dim batch = Dim.Named("batch"), height = Dim.Named("picture_height"), width = Dim.Named("picture_width");
        hint.FloatOutput(HintName,
            ConditioningEmbedding(hint.FloatInput("controlnet_cond", batch, config.ConditioningChannels, height, width), config));
        return (new(hint, weights), new(Build(config, precision, hint: true), weights));
    }

    // The control picture's features, where the model is in two parts.
    public const string HintName = "control_hint";

    /// <summary><paramref name="hint"/>: the control's features are an input, not the picture.</summary>
    static ModelGraph Build(ControlNetConfig config, ModelPrecision precision = ModelPrecision.Float32, bool hint = false)
    {
        var graph = new ModelGraph("controlnet") { FusesAttention = true, FloatType = precision.FloatType };
        UNetParts.Inputs inputs = UNetParts.DeclareInputs(graph, config);
        Dim height = inputs.Sample[2], width = inputs.Sample[3], factor = config.ImageToLatent;
        Value control = hint ? graph.FloatInput(HintName, inputs.Batch, config.BlockChannels[0], height, width)
            : graph.FloatInput("controlnet_cond", inputs.Batch, config.ConditioningChannels, factor * height, factor * width);
        Value scale = graph.Input("conditioning_scale", ElementType.Float32, 1);
        var (down, mid) = Residuals(inputs, () => hint ? control : ConditioningEmbedding(control, config), config, scale);
        for (int i = 0; i < down.Count; i++) graph.FloatOutput($"down_block_res_{i}", down[i]);
        graph.FloatOutput("mid_block_res", mid);
        return graph;
    }

    // The residuals for the UNet's down path and middle.
    public static (IReadOnlyList<Value> Down, Value Mid) Apply(UNetParts.Inputs inputs, Value control, ControlNetConfig config) =>
        Residuals(inputs, () => ConditioningEmbedding(control, config), config, null);

    static (IReadOnlyList<Value> Down, Value Mid) Residuals(UNetParts.Inputs inputs, Func<Value> hint, ControlNetConfig config,
        Value? scale)
    {
        Value Scaled(Value residual) => scale is null ? residual : residual.Cast(ElementType.Float32) * scale;
        Value time = UNetParts.TimeEmbedding(inputs.Timestep, config);
        Value x = inputs.Sample.Conv3("conv_in", config.BlockChannels[0]);
        x += hint();
        List<Value> skips = UNetParts.Down(x, time, inputs.Text, config);
        Value middle = UNetParts.Middle(skips[^1], time, inputs.Text, config);

        Value[] down = [.. skips.Select((skip, i) => Scaled(skip.Conv1($"controlnet_down_blocks.{i}", config.SkipChannels[i])))];
        return (down, Scaled(middle.Conv1("controlnet_mid_block", config.BlockChannels[^1])));
    }

    static Value ConditioningEmbedding(Value control, ControlNetConfig config)
    {
        using var _ = control.Graph.Scope("controlnet_cond_embedding");
        var channels = config.EmbeddingChannels;
        if (config is { ReversedControl: true, ConditioningChannels: > 1 })
            control = Value.Concat(1, [.. control.Split(config.ConditioningChannels, axis: 1).Reverse()]);
        Value x = control.Conv3("conv_in", channels[0]).Silu();
        for (int i = 0; i + 1 < channels.Count; i++)
        {
            x = x.Conv3($"blocks.{2 * i}", channels[i]).Silu();
            x = x.Conv3($"blocks.{2 * i + 1}", channels[i + 1], stride: 2).Silu();
        }
        return x.Conv3("conv_out", config.BlockChannels[0]);
    }
}
