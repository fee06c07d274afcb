using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

sealed partial class Value
{
    // Matrix product over the two innermost axes; the outer ones broadcast.
    public Value MatMul(Value y) => Apply(Op.MatMul, y);

    // x Wᵀ + b, W [out, in]. Outer axes are folded into rows of one product, so the stored matrix needs no transpose.
    public Value Linear(Value weight, Value? bias = null, string? name = null)
    {
        Value rows = this;
        if (Rank != 2) rows = Reshape(Shape.SkipLast(1).Aggregate((Dim)1, (n, d) => n * d), this[^1]);
        Value?[] inputs = bias is null ? [rows, weight] : [rows, weight, bias];
        Value product = Apply(Op.Gemm, inputs, [("transB", 1)], name);
        return Rank == 2 ? product : product.Reshape([.. Shape.SkipLast(1), weight[0]]);
    }

    // [batch, channels, height, width] with a kernel [out, channels, kernel, kernel] and a bias [out].
    public Value Conv(Value weight, Value? bias = null, int stride = 1, (int Top, int Left, int Bottom, int Right) pads = default,
        string? name = null)
    {
        Value?[] inputs = bias is null ? [this, weight] : [this, weight, bias];
        long[] kernel = weight.Rank == 4 ? [weight[2].Value, weight[3].Value] : [];
        return Apply(Op.Conv, inputs,
            [("kernel_shape", kernel), ("strides", new long[] { stride, stride }),
            ("pads", new long[] { pads.Top, pads.Left, pads.Bottom, pads.Right })], name);
    }

    /// <summary><paramref name="ceil"/> keeps windows that the right or lower edge cuts off.</summary>
    public Value MaxPool(int kernel, int stride, bool ceil = false, string? name = null)
    {
        return Apply(Op.MaxPool, [this],
            [("kernel_shape", new long[] { kernel, kernel }), ("strides", new long[] { stride, stride }), ("ceil_mode", ceil ? 1 : 0)],
            name: name);
    }

    public Value LayerNorm(Value weight, Value? bias, float epsilon, string? name = null)
    {
        Value?[] inputs = bias is null ? [this, weight] : [this, weight, bias];
        return Apply(Op.LayerNormalization, inputs, [("axis", -1), ("epsilon", epsilon)], name);
    }

    /// <summary>
    /// Group normalisation of [batch, channels, height, width], written as an instance normalisation of [batch, groups, rest] (ONNX's own
    /// GroupNormalization is right only from opset 21).
    /// </summary>
    public Value GroupNorm(int groups, Value weight, Value bias, float epsilon, string? name = null)
    {
        if (Rank != 4 || !this[1].IsFixed || groups < 1 || this[1].Value % groups != 0)
            throw GraphException.For($"GroupNorm '{name}'", $"'{Name}' of shape {Shape}",
                $"[batch, channels, height, width] with channels that {groups} groups divide");
        using var _ = name is null ? null : Graph.Scope(name);
        int first = Graph.Nodes.Count;
        Value ones = Graph.Constant([.. Enumerable.Repeat(1f, groups)], new Shape(groups));
        Value zeros = Graph.Constant(new float[groups], new Shape(groups));
        Value grouped = Reshape(this[0], groups, (this[1].Value / groups) * (this[2] * this[3]));
        Value normal = Apply(Op.InstanceNormalization, [grouped, ones, zeros], [("epsilon", epsilon)]);
        Value scaled = normal.ReshapeLike(this) * weight.Unsqueeze(1, 2) + bias.Unsqueeze(1, 2);
        return Graph.Compose(CompositeKind.GroupNorm, first, [this, weight, bias], normal, scaled);
    }

    public Value EnlargeNearest(int factor, string? name = null)
    {
        float[] scales = [factor, factor];
        return Nearest([this, null, Graph.Constant(scales, new Shape(2))], name);
    }

    public Value ResizeNearestTo(Value other, string? name = null) =>
        Nearest([this, null, null, Graph.RuntimeInts([other[2], other[3]])], name);

    /// <summary>
    /// As PyTorch's bicubic interpolation with align_corners false: Keys' kernel with a = −0.75, edges repeated, no antialiasing.
    /// </summary>
    public Value ResizeCubic(Dim height, Dim width, string? name = null)
    {
        return Apply(Op.Resize, [this, null, null, Graph.RuntimeInts([height, width])],
            [("axes", new long[] { 2, 3 }), ("mode", "cubic"), ("cubic_coeff_a", -0.75f),
            ("coordinate_transformation_mode", "half_pixel")], name);
    }

    // With [channels, out, kernel, kernel] and strides equal to the kernel: every position becomes a block.
    public Value ConvToBlocks(Value weight, Value bias, string? name = null)
    {
        long[] kernel = [weight[2].Value, weight[3].Value];
        return Apply(Op.ConvTranspose, [this, weight, bias], [("kernel_shape", kernel), ("strides", kernel)],
            name: name);
    }

    Value Nearest(Value?[] inputs, string? name)
    {
        return Apply(Op.Resize, inputs,
            [("axes", new long[] { 2, 3 }), ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "floor")], name);
    }
}
