namespace Alignment.Onnx.Graph;

// Operators mostly of backward passes.
static partial class ShapeRules
{
    // Starts and steps are constants, ends constants or sizes.
    static Inferred[] Slice(Node n, int _)
    {
        Value x = n[0];
        long[] starts = Constant(n, n[1], "starts");
        Dim[] ends = Sizes(n, n[2], "ends");
        long[] axes = n.Inputs.Count > 3 ? n[3].KnownInts! : [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[] steps = n.Inputs.Count > 4 ? n[4].KnownInts! : [.. starts.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw n.Bad($"{starts.Length} starts, {ends.Length} ends, {axes.Length} axes, {steps.Length} steps",
                "as many of each");
        Shape shape = x.Shape;
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = Axis(n, x, axes[i]);
            shape = shape.With(axis, Sliced(n, x.Shape[axis], starts[i], ends[i], steps[i]));
        }
        return [new(x.Type, shape)];
    }

    static Dim Sliced(Node n, Dim side, long start, Dim end, long step)
    {
        if (step < 0)
            return start == -1 && end.IsFixed && end.Value < -int.MaxValue && step == -1 ? side
                : throw n.Bad($"start {start}, end {end}, step {step}",
                "a whole axis reversed, where the step is negative");
        Dim stop = !end.IsFixed ? end
            : end.Value >= int.MaxValue ? side
            : end.Value < 0 ? side + end.Value
            : side.IsFixed ? Math.Min(side.Value, end.Value)
            : end;
        Dim length = start >= 0 ? stop - start
            : end.IsFixed && end.Value >= int.MaxValue ? -start
            : end.IsFixed && end.Value < 0 ? end.Value - start
            : throw n.Bad($"start {start} with end {end}", "both counted from the same side");
        Dim count = (length + (step - 1)).FloorDivide(step);
        return count.IsFixed && count.Value < 0 ? 0 : count;
    }

    static Inferred[] Pad(Node n, int _)
    {
        Value x = n[0];
        long[] pads = Constant(n, n[1], "amounts");
        long[] axes = n.Optional(3) is { } given ? given.KnownInts!
            : [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
        if (pads.Length != 2 * axes.Length) throw n.Bad($"{pads.Length} amounts",
            $"{2 * axes.Length}, two for each axis");
        Shape shape = x.Shape;
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = Axis(n, x, axes[i]);
            shape = shape.With(axis, shape[axis] + (pads[i] + pads[i + axes.Length]));
        }
        return [new(x.Type, shape)];
    }

    static Inferred[] Expand(Node n, int _)
    {
        Dim[] wanted = Sizes(n, n[1], "a shape");
        return [new(n[0].Type, Broadcast(n, n[0].Shape, new Shape(wanted)))];
    }

    // Updates go to the indices, of their shape, along one axis.
    static Inferred[] ScatterElements(Node n, int _)
    {
        Value x = n[0], at = n[1], updates = n[2];
        if (at.Type != ElementType.Int64 || !at.Shape.Equals(updates.Shape) || at.Rank != x.Rank)
            throw n.Bad($"indices {at.Type}{at.Shape} and updates {updates.Shape} for '{x.Name}' {x.Shape}",
                "Int64 indices of the updates' shape and of as many axes");
        OneType(n, x, updates);
        Axis(n, x, n.Int("axis", 0));
        return [new(x.Type, x.Shape)];
    }

    static Inferred[] ConvTranspose(Node n, int _)
    {
        Value x = n[0], w = n[1];
        ElementType type = OneType(n, x, w);
        int spatial = x.Rank - 2;
        if (spatial < 1 || w.Rank != x.Rank || x[1] != w[0] || n.Int("group", 1) != 1)
            throw n.Bad($"'{x.Name}' {x.Shape} with kernel '{w.Name}' {w.Shape}",
                "[batch, channels, sides…] with [channels, out, kernel sides…] in one group");
        if (n.Optional(2) is { } bias) NeedShape(n, bias, w[1]);
        long[] strides = n.Ints("strides") ?? [.. Enumerable.Repeat(1L, spatial)], pads = n.Ints("pads") ?? new long[2 * spatial];
        long[] extra = n.Ints("output_padding") ?? new long[spatial];
        var sides = new Dim[spatial];
        for (int i = 0; i < spatial; i++)
            sides[i] = (x[i + 2] - 1) * strides[i] + (w[i + 2].Value + extra[i] - pads[i] - pads[i + spatial]);
        return [new(type, new Shape([x[0], w[1], .. sides]))];
    }

    static Inferred[] AveragePool(Node n, int _)
    {
        Value x = n[0];
        NeedFloat(n, x);
        int spatial = x.Rank - 2;
        long[] kernel = n.Ints("kernel_shape") ?? [];
        if (kernel.Length != spatial) throw n.Bad($"a kernel of {kernel.Length} sides for '{x.Name}' {x.Shape}",
            $"{spatial}");
        if (n.Int("ceil_mode", 0) != 0) throw n.Bad("ceil_mode", "rounding down");
        long[] strides = n.Ints("strides") ?? [.. kernel.Select(_ => 1L)], pads = n.Ints("pads") ?? new long[2 * spatial];
        var sides = kernel.Select((k, i) => (x[i + 2] + (pads[i] + pads[i + spatial] - k)).FloorDivide(strides[i]) + 1);
        return [new(x.Type, new Shape([x[0], x[1], .. sides]))];
    }
}
