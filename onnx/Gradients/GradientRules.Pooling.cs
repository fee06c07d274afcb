using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Gradients;

static partial class GradientRules
{
    // Everything goes to the window's (first) maximum; overlapping windows are summed, always in the same order.
    static Value?[] MaxPool(GradientNode n)
    {
        Value x = n[0], winners = n.Outputs(2)[1];
        if (n.GradientOf(0) is not { } g) return [Zero(n).ExpandLike(x)];
        Value zeros = Flat(Zero(n).ExpandLike(x));
        Value sums = n.Graph.Add(Op.ScatterElements, [zeros, Flat(winners), Flat(g)],
            [("axis", 0), ("reduction", "add")]).Outputs[0];
        return [sums.ReshapeLike(x)];

        static Value Flat(Value value) => value.Reshape(value.Shape.Aggregate((Dim)1, (count, side) => count * side));
    }

    // Equal shares: a transposed convolution, plane by plane.
    static Value?[] AveragePool(GradientNode n)
    {
        Value x = n[0], g = n.G;
        long[] kernel = n.Node.Ints("kernel_shape")!, strides = n.Node.Ints("strides") ?? [1, 1],
            pads = n.Node.Ints("pads") ?? [0, 0, 0, 0];
        if (x.Rank != 4 || (pads.Any(p => p != 0) && n.Node.Int("count_include_pad", 0) == 0))
            throw n.Unsupported($"'{x.Name}' {x.Shape}, pads [{string.Join(", ", pads)}]",
                "height and width, with zeros around them counted");
        float share = 1f / (kernel[0] * kernel[1]);
        Value shares = n.Graph.Constant([.. Enumerable.Repeat(share, (int)(kernel[0] * kernel[1]))], new Shape(1, 1, kernel[0], kernel[1]));
        Value planes = g.Reshape(g[0] * g[1], 1, g[2], g[3]);
        long[] extra = [strides[0] - 1, strides[1] - 1];
        (string, object?)[] attributes = [("kernel_shape", kernel), ("strides", strides), ("output_padding", extra)];
        Value padded = n.Graph.Add(Op.ConvTranspose, [planes, shares], attributes).Outputs[0];   // at least as large as the padded input
        return [padded.Slice([2, 3], [pads[0], pads[1]], n.Graph.RuntimeSums([x[2], x[3]], [pads[0], pads[1]])).ReshapeLike(x)];
    }
}
