using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Models;

/// <summary>
/// Layers that own weights, written as the published models name them: a layer "conv1" in scope "down_blocks.0" /
/// "resnets.1" owns "down_blocks.0.resnets.1.conv1.weight" and ".bias".
/// </summary>
static class Layers
{
    internal static Value Conv3(this Value x, string name, int channels, int stride = 1) => x.ConvLayer(name, channels, 3, stride, (1, 1, 1, 1));

    internal static Value Conv1(this Value x, string name, int channels) => x.ConvLayer(name, channels, 1, 1, default);

    internal static Value ConvLayer(this Value x, string name, int channels, int kernel, int stride, (int, int, int, int) pads)
    {
        Value weight = x.Graph.Weight($"{name}.weight", channels, x[1], kernel, kernel), bias = x.Graph.Weight($"{name}.bias", channels);
        return x.Conv(weight, bias, stride, pads, name);
    }

    internal static Value LinearLayer(this Value x, string name, int width, bool bias = true)
    {
        Value weight = x.Graph.Weight($"{name}.weight", width, x[^1]);
        return x.Linear(weight, bias ? x.Graph.Weight($"{name}.bias", width) : null, name);
    }

    internal static Value GroupNormLayer(this Value x, string name, int groups, float epsilon) =>
        x.Cast(ElementType.Float32).GroupNorm(groups, x.Graph.NormWeight($"{name}.weight", x[1]), x.Graph.NormWeight($"{name}.bias", x[1]), epsilon, name).Cast(x.Type);

    internal static Value LayerNormLayer(this Value x, string name, float epsilon) =>
        x.Cast(ElementType.Float32).LayerNorm(x.Graph.NormWeight($"{name}.weight", x[^1]), x.Graph.NormWeight($"{name}.bias", x[^1]), epsilon, name).Cast(x.Type);

    /// <summary>Norms compute in float32 also where the rest of the model is float16: sums of squares leave its range.</summary>
    static Value NormWeight(this ModelGraph graph, string name, Dim width) => graph.Weight(ElementType.Float32, name, width);

    /// <summary>An input in float32, as every model takes it, and from there on in the type that the model computes in.</summary>
    internal static Value FloatInput(this ModelGraph graph, string name, params ReadOnlySpan<Dim> dims) => graph.Input(name, ElementType.Float32, dims).Cast(graph.FloatType);

    /// <summary>An output in float32, as every model gives it.</summary>
    internal static void FloatOutput(this ModelGraph graph, string name, Value value) => graph.Output(name, value.Cast(ElementType.Float32));

    /// <summary>
    /// softmax(q kᵀ / √width of a head + mask) v over heads. q, k and v are rows: [batch·tokens, channels].
    /// </summary>
    internal static Value Attend(Value q, Value k, Value v, Dim batch, Dim queries, Dim keys, int heads, Value? mask = null)
    {
        long channels = q[1].Value, width = channels / heads;
        float scale = (float)(1 / Math.Sqrt(width));
        if (q.Graph.FusesAttention && mask is null)
        {
            Value?[] inputs = [q.Reshape(batch, queries, channels), k.Reshape(batch, keys, channels), v.Reshape(batch, keys, channels)];
            return q.Graph.Add(Op.MultiHeadAttention, inputs, ModelGraph.Attributes(("num_heads", heads), ("scale", scale))).Outputs[0].Reshape(batch * queries, channels);
        }
        Value qh = q.Reshape(batch, queries, heads, width).Transpose(0, 2, 1, 3) * scale;   // [B, heads, Q, width]
        Value kh = k.Reshape(batch, keys, heads, width).Transpose(0, 2, 3, 1);                                      // [B, heads, width, K]
        Value vh = v.Reshape(batch, keys, heads, width).Transpose(0, 2, 1, 3);                                      // [B, heads, K, width]
        Value scores = qh.MatMul(kh).Cast(ElementType.Float32);                                                     // [B, heads, Q, K]
        if (mask is not null) scores += mask;
        return scores.SoftmaxMatMul(vh).Transpose(0, 2, 1, 3).Reshape(batch * queries, channels);
    }

    /// <summary>
    /// Two convolutions around a shortcut; the time embedding, already through SiLU, shifts the channels between them.
    /// </summary>
    internal static Value ResnetBlock(this Value x, string name, int channels, int groups, float epsilon, Value? time = null)
    {
        using var _ = x.Graph.Scope(name);
        Value h = x.GroupNormLayer("norm1", groups, epsilon).Silu().Conv3("conv1", channels);
        if (time is not null) h += time.LinearLayer("time_emb_proj", channels).Unsqueeze(2, 3);
        h = h.GroupNormLayer("norm2", groups, epsilon).Silu().Conv3("conv2", channels);
        return (x[1] == channels ? x : x.Conv1("conv_shortcut", channels)) + h;
    }
}
