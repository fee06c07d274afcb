using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

sealed partial class Value
{
    // Named sizes are copied or left over where possible, else read at run time.
    public Value Reshape(params ReadOnlySpan<Dim> shape)
    {
        Dim[] wanted = shape.ToArray();
        if (!new Shape(wanted).HasAsManyElementsAs(Shape))
            throw GraphException.For($"Reshape of '{Name}'", $"shape {Shape} to become {new Shape(wanted)}",
                "as many elements before as after");
        var written = wanted.ToArray();
        for (int i = 0; i < Math.Min(Rank, written.Length); i++)
            if (!written[i].IsFixed && written[i] == Shape[i]) written[i] = 0;
        // One side may be left over: one that no value has, as rows folded from several sides, else the last.
        int rest = Array.FindIndex(written, d => !d.IsFixed && !Graph.HasSource(d));
        if (rest < 0) rest = Array.FindLastIndex(written, d => !d.IsFixed);
        if (rest >= 0) written[rest] = -1;
        return Apply(Op.Reshape, [this, Graph.RuntimeInts(written)]);
    }

    public Value ReshapeLike(Value other) => Reshape([.. other.Shape]);

    /// <summary>Axis i of the result is axis <paramref name="order"/>[i] of this.</summary>
    public Value Transpose(params ReadOnlySpan<int> order)
    {
        long[] perm = [.. order.ToArray().Select(i => (long)i)];
        return Apply(Op.Transpose, [this], [("perm", perm)]);
    }

    public Value Unsqueeze(params ReadOnlySpan<long> axes) => Apply(Op.Unsqueeze, [this, Graph.Constant(axes)]);

    public static Value Concat(int axis, params ReadOnlySpan<Value> values) => Concat(axis, null, values);

    public static Value Concat(int axis, string? name, ReadOnlySpan<Value> values)
    {
        if (values.IsEmpty) throw new ArgumentException("Nothing to join.", nameof(values));
        Value?[] inputs = [.. values];
        return values[0].Graph.Add(Op.Concat, inputs, [("axis", axis)], name: name).Outputs[0];
    }

    // Equal parts along an axis.
    public IReadOnlyList<Value> Split(int parts, int axis) =>
        Graph.Add(Op.Split, [this], [("axis", axis), ("num_outputs", parts)], outputs: parts).Outputs;

    public Value Gather(Value indices, int axis = 0) =>
        Apply(Op.Gather, [this, indices], [("axis", axis)]);

    public Value Sum(ReadOnlySpan<long> axes, bool keep = true) => Reduce(Op.ReduceSum, axes, keep);

    /// <summary>Over axes (none given: all), which stay as sides of 1 if <paramref name="keep"/>.</summary>
    public Value Mean(ReadOnlySpan<long> axes, bool keep = true) => Reduce(Op.ReduceMean, axes, keep);

    // The (first) largest along an axis, which stays as a side of 1.
    public Value ArgMax(int axis) => Apply(Op.ArgMax, [this], [("axis", axis)]);

    Value Reduce(Op op, ReadOnlySpan<long> axes, bool keep) =>
        Apply(op, axes.IsEmpty ? [this] : [this, Graph.Constant(axes)], [("keepdims", keep ? 1 : 0)]);
}
