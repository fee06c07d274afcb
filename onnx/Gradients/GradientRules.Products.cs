using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Gradients;

static partial class GradientRules
{
    // Y = A B + C with A or B stored transposed.
    static Value?[] Gemm(GradientNode n)
    {
        if (n.Node.Float("alpha", 1) != 1 || n.Node.Float("beta", 1) != 1)
            throw GraphException.For(n.Node.Subject, "alpha or beta", "both 1");
        bool ta = n.Node.Int("transA", 0) != 0, tb = n.Node.Int("transB", 0) != 0;
        Value Product(Value x, bool tx, Value y, bool ty) =>
            tx || ty ? n.Graph.Add(Op.Gemm, [x, y], [("transA", tx ? 1 : 0), ("transB", ty ? 1 : 0)]).Outputs[0]
            : x.MatMul(y);
        Value? a = n.If(0, () => ta ? Product(n[1], tb, n.G, true) : Product(n.G, false, n[1], !tb));
        Value? b = n.If(1, () => tb ? Product(n.G, true, n[0], ta) : Product(n[0], !ta, n.G, false));
        return n.Inputs > 2 ? [a, b, n.If(2, () => n.G)] : [a, b];
    }

    sealed record Window(long KernelHeight, long KernelWidth, long Stride, long Top, long Left, long Bottom, long Right)
    {
        public static Window Of(Node conv)
        {
            Value w = conv[1];
            long[] strides = conv.Ints("strides") ?? [1, 1], pads = conv.Ints("pads") ?? [0, 0, 0, 0],
                dilations = conv.Ints("dilations") ?? [1, 1];
            if (w.Rank != 4 || strides[0] != strides[1] || dilations.Any(d => d != 1) || conv.Int("group", 1) != 1)
                throw GraphException.For($"The gradient of {conv.Subject}",
                    $"strides [{string.Join(", ", strides)}], dilations [{string.Join(", ", dilations)}], {conv.Int("group", 1)} "
                    + $"group(s), a kernel {w.Shape}",
                    "a plain two-dimensional convolution with one stride");
            return new(w[2].Value, w[3].Value, strides[0], pads[0], pads[1], pads[2], pads[3]);
        }

        public bool IsPointwise => this is { KernelHeight: 1, KernelWidth: 1, Stride: 1, Top: 0, Left: 0, Bottom: 0, Right: 0 };
    }

    static Value?[] Conv(GradientNode n)
    {
        Window window = Window.Of(n.Node);
        Value? x = n.If(0, () => window.Stride == 1 ? InputOfPlain(n, window) : InputOfStrided(n, window));
        Value? w = n.If(1, () => window.IsPointwise ? KernelOfPointwise(n) : Kernel(n[0], n.G, n[1], window));
        return n.Inputs > 2 ? [x, w, n.If(2, () => n.G.Sum([0, 2, 3], keep: false))] : [x, w];
    }

    // Convolution with the flipped kernel; a frozen one is flipped once, when the model is loaded.
    static Value InputOfPlain(GradientNode n, Window window)
    {
        Value kernel = n[1].Transpose(1, 0, 2, 3);
        if (window.KernelHeight * window.KernelWidth > 1) kernel = kernel.Flip();
        int height = (int)window.KernelHeight - 1, width = (int)window.KernelWidth - 1;
        var pads = (Top: height - (int)window.Top, Left: width - (int)window.Left, Bottom: height - (int)window.Bottom,
            Right: width - (int)window.Right);
        if (pads.Top < 0 || pads.Left < 0 || pads.Bottom < 0 || pads.Right < 0) return InputOfStrided(n, window);
        return n.G.Conv(kernel, pads: pads);
    }

    // Transposed convolution, large enough for any size that gives this output, then cut.
    static Value InputOfStrided(GradientNode n, Window window)
    {
        Value x = n[0];
        long more = window.Stride - 1;
        (string, object?)[] attributes = [("kernel_shape", new[] { window.KernelHeight, window.KernelWidth }),
            ("strides", new[] { window.Stride, window.Stride }),
            ("pads", new long[] { 0, 0, 0, 0 }), ("output_padding", new[] { more, more })];
        Value padded = n.Graph.Add(Op.ConvTranspose, [n.G, n[1]], attributes).Outputs[0];
        return padded.Slice([2, 3], [window.Top, window.Left], n.Graph.RuntimeSums([x[2], x[3]], [window.Top, window.Left]));
    }

    // Σ over batch of G Xᵀ.
    static Value KernelOfPointwise(GradientNode n)
    {
        Value x = n[0];
        Dim positions = x[2] * x[3];
        Value g = n.G.Reshape(x[0], n.G[1], positions), columns = x.Reshape(x[0], x[1], positions);
        return g.MatMul(columns.T).Sum([0], keep: false).ReshapeLike(n[1]);
    }

    /// <summary>
    /// The shifted inputs side by side (im2col), then one product with G. Channels go innermost: slices are long runs, the product needs no
    /// transpose, and its sum includes the batch.
    /// </summary>
    static Value Kernel(Value x, Value g, Value w, Window window)
    {
        Value padded = x.PadSides((window.Top, window.Left, window.Bottom, window.Right)).Transpose(0, 2, 3, 1);   // [B, H, W, in]
        var shifted = new List<Value>();
        for (long row = 0; row < window.KernelHeight; row++)
            for (long column = 0; column < window.KernelWidth; column++)
                shifted.Add(Shifted(padded, g, window, row, column));
        Dim positions = g[0] * g[2] * g[3];
        long taps = window.KernelHeight * window.KernelWidth;
        Value columns = Value.Concat(3, [.. shifted]).Reshape(positions, taps * w[1].Value);
        Value rows = g.Transpose(0, 2, 3, 1).Reshape(positions, g[1]);
        Value kernel = g.Graph.Add(Op.Gemm, [rows, columns], [("transA", 1)]).Outputs[0];     // [out, taps · in]
        return kernel.Reshape(w[0], window.KernelHeight, window.KernelWidth, w[1]).Transpose(0, 3, 1, 2);
    }

    static Value Shifted(Value padded, Value g, Window window, long row, long column)
    {
        long fromBottom = row - (window.KernelHeight - 1), fromRight = column - (window.KernelWidth - 1);
        Value ends = padded.Graph.Constant([fromBottom == 0 ? Value.End : fromBottom, fromRight == 0 ? Value.End : fromRight]);
        Value cut = padded.Slice([1, 2], [row, column], ends, [window.Stride, window.Stride]);
        return cut.Shape.Equals(new Shape(g[0], g[2], g[3], cut[3])) ? cut
            : throw GraphException.For("The gradient of a convolution", $"a tap of shape {cut.Shape}", $"the sides of {g.Shape}");
    }

    // The transpose of a convolution from Y to X: that convolution of Y's gradient.
    static Value?[] ConvTranspose(GradientNode n)
    {
        Window window = Window.Of(n.Node);
        (string, object?)[] attributes = [("kernel_shape", new[] { window.KernelHeight, window.KernelWidth }),
            ("strides", new[] { window.Stride, window.Stride }),
            ("pads", new[] { window.Top, window.Left, window.Bottom, window.Right })];
        Value? x = n.If(0, () => n.Graph.Add(Op.Conv, [n.G, n[1]], attributes).Outputs[0]);
        Value? w = n.If(1, () => Kernel(n.G, n[0], n[1], window));
        return n.Inputs > 2 ? [x, w, n.If(2, () => n.G.Sum([0, 2, 3], keep: false))] : [x, w];
    }
}
