using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Models;

/// <summary>
/// Layers named as in the published models: "conv1" in scope "down_blocks.0" / "resnets.1" owns "down_blocks.0.resnets.1.conv1.weight" and
/// ".bias".
/// </summary>
static class Layers
{
    public static Value Conv3(this Value x, string name, int channels, int stride = 1) =>
        x.ConvLayer(name, channels, 3, stride, (1, 1, 1, 1));

    public static Value Conv1(this Value x, string name, int channels) => x.ConvLayer(name, channels, 1, 1, default);

    public static Value ConvLayer(this Value x, string name, int channels, int kernel, int stride, (int, int, int, int) pads)
    {
        Value weight = x.Graph.Weight($"{name}.weight", channels, x[1], kernel, kernel), bias = x.Graph.Weight($"{name}.bias", channels);
        return x.Conv(weight, bias, stride, pads, name);
    }

    public static Value LinearLayer(this Value x, string name, int width, bool bias = true)
    {
        Value weight = x.Graph.Weight($"{name}.weight", width, x[^1]);
        return x.Linear(weight, bias ? x.Graph.Weight($"{name}.bias", width) : null, name);
    }

    public static Value GroupNormLayer(this Value x, string name, int groups, float epsilon)
    {
        var (weight, bias) = NormWeights(x, name, x[1]);
        return x.Cast(ElementType.Float32).GroupNorm(groups, weight, bias, epsilon, name).Cast(x.Type);
    }

    public static Value LayerNormLayer(this Value x, string name, float epsilon)
    {
        var (weight, bias) = NormWeights(x, name, x[^1]);
        return x.Cast(ElementType.Float32).LayerNorm(weight, bias, epsilon, name).Cast(x.Type);
    }

    // In float32 also in float16 models: sums of squares leave float16's range.
    static (Value Weight, Value Bias) NormWeights(Value x, string name, Dim width) =>
        (x.Graph.Weight(ElementType.Float32, $"{name}.weight", width), x.Graph.Weight(ElementType.Float32, $"{name}.bias", width));

    // Cast to the type the model computes in.
    public static Value FloatInput(this ModelGraph graph, string name, params ReadOnlySpan<Dim> dims) =>
        graph.Input(name, ElementType.Float32, dims).Cast(graph.FloatType);

    // A float32 output.
    public static void FloatOutput(this ModelGraph graph, string name, Value value) =>
        graph.Output(name, value.Cast(ElementType.Float32));

    // softmax(q kᵀ / √width of a head + mask) v over heads, on rows [batch·tokens, channels].
    public static Value Attend(Value q, Value k, Value v, Dim batch, Dim queries, Dim keys, int heads, Value? mask = null)
    {
        long channels = q[1].Value, width = channels / heads;
        float scale = (float)(1 / Math.Sqrt(width));
        if (q.Graph.FusesAttention && mask is null)
        {
            Value?[] inputs = [q.Reshape(batch, queries, channels), k.Reshape(batch, keys, channels), v.Reshape(batch, keys, channels)];
            Node attention = q.Graph.Add(Op.MultiHeadAttention, inputs, [("num_heads", heads), ("scale", scale)]);
            return attention.Outputs[0].Reshape(batch * queries, channels);
        }
        Value qh = q.Reshape(batch, queries, heads, width).Transpose(0, 2, 1, 3) * scale;   // [B, heads, Q, width]
        Value kh = k.Reshape(batch, keys, heads, width).Transpose(0, 2, 3, 1);                                      // [B, heads, width, K]
        Value vh = v.Reshape(batch, keys, heads, width).Transpose(0, 2, 1, 3);                                      // [B, heads, K, width]
        Value scores = qh.MatMul(kh).Cast(ElementType.Float32);                                                     // [B, heads, Q, K]
        if (mask is not null) scores += mask;
        return scores.SoftmaxMatMul(vh).Transpose(0, 2, 1, 3).Reshape(batch * queries, channels);
    }

    // Between the convolutions the time embedding (after SiLU) shifts the channels.
    public static Value ResnetBlock(this Value x, string name, int channels, int groups, float epsilon, Value? time = null)
    {
        using var _ = x.Graph.Scope(name);
        Value h = x.GroupNormLayer("norm1", groups, epsilon).Silu().Conv3("conv1", channels);
        if (time is not null) h += time.LinearLayer("time_emb_proj", channels).Unsqueeze(2, 3);
        h = h.GroupNormLayer("norm2", groups, epsilon).Silu().Conv3("conv2", channels);
        return (x[1] == channels ? x : x.Conv1("conv_shortcut", channels)) + h;
    }
}
