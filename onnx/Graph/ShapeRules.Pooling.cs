namespace Alignment.Onnx.Graph;

static partial class ShapeRules
{
    // The second output is the maximum's place in the flattened input.
    static Inferred[] MaxPool(Node n, int outputs)
    {
        Value x = n[0];
        NeedFloat(n, x);
        int spatial = x.Rank - 2;
        long[] kernel = n.Ints("kernel_shape") ?? [];
        if (spatial < 1 || kernel.Length != spatial || kernel.Any(k => k < 1))
            throw n.Bad($"'{x.Name}' {x.Shape} with windows [{string.Join(", ", kernel)}]",
                "[batch, channels, sides…] with a positive window side for each");
        long[] ones = [.. Enumerable.Repeat(1L, spatial)];
        long[] strides = n.Ints("strides") ?? ones, dilations = n.Ints("dilations") ?? ones, pads = n.Ints("pads") ?? new long[2 * spatial];
        if (strides.Length != spatial || strides.Any(s => s < 1) || dilations.Any(d => d != 1) || pads.Length != 2 * spatial)
            throw n.Bad(
                $"strides [{string.Join(", ", strides)}], dilations [{string.Join(", ", dilations)}], pads [{string.Join(", ", pads)}]",
                $"{spatial} positive strides, no dilation, {2 * spatial} pads");
        bool ceil = n.Int("ceil_mode", 0) != 0;
        var sides = new Dim[spatial];
        for (int i = 0; i < spatial; i++)
        {
            // Rounding up must not begin a window past the input: runtimes disagree on whether it counts.
            if (ceil && strides[i] + pads[i + spatial] > kernel[i])
                throw n.Bad($"windows of {kernel[i]} every {strides[i]} with {pads[i + spatial]} after, rounded up",
                    "a stride and padding of at most the window's side together");
            sides[i] = (x[i + 2] + (pads[i] + pads[i + spatial] - kernel[i] + (ceil ? strides[i] - 1 : 0))).FloorDivide(strides[i]) + 1;
            if (sides[i].IsFixed && sides[i].Value < 1)
                throw n.Bad($"'{x.Name}' {x.Shape}, smaller than the window [{string.Join(", ", kernel)}]",
                    "sides the window fits into");
        }
        var shape = new Shape([x[0], x[1], .. sides]);
        return [.. new Inferred[] { new(x.Type, shape), new(ElementType.Int64, shape) }.Take(outputs)];
    }
}
