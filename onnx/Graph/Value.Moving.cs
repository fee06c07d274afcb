using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

/// <summary>Moving elements and summing over axes.</summary>
sealed partial class Value
{
    /// <summary>
    /// The same elements in order under another shape. Sides may be named sizes: what can be copied or left over is
    /// written so, the rest is read off when the model runs. <c>x.Reshape(x[0], x[1], heads, width)</c>.
    /// </summary>
    public Value Reshape(params ReadOnlySpan<Dim> shape)
    {
        Dim[] wanted = shape.ToArray();
        if (!new Shape(wanted).HasAsManyElementsAs(Shape))
            throw GraphException.For($"Reshape of '{Name}'", $"shape {Shape} to become {new Shape(wanted)}", "as many elements before as after");
        var written = wanted.ToArray();
        for (int i = 0; i < Math.Min(Rank, written.Length); i++)
            if (!written[i].IsFixed && written[i] == Shape[i]) written[i] = 0;
        // One side may be left over: one that no value has, as rows folded from several sides, else the last.
        int rest = Array.FindIndex(written, d => !d.IsFixed && !Graph.HasSource(d));
        if (rest < 0) rest = Array.FindLastIndex(written, d => !d.IsFixed);
        if (rest >= 0) written[rest] = -1;
        return Graph.Add(Op.Reshape, [this, Graph.RuntimeInts(written)]).Outputs[0];
    }

    /// <summary>The same elements in the shape of <paramref name="other"/>.</summary>
    public Value ReshapeLike(Value other)
    {
        return Reshape([.. other.Shape]);
    }

    /// <summary>Axes in a new order: axis i of the result is axis <paramref name="order"/>[i] of this.</summary>
    public Value Transpose(params ReadOnlySpan<int> order)
    {
        long[] perm = [.. order.ToArray().Select(i => (long)i)];
        return Graph.Add(Op.Transpose, [this], ModelGraph.Attributes(("perm", perm))).Outputs[0];
    }

    /// <summary>New sides of 1 at these axes of the result.</summary>
    public Value Unsqueeze(params ReadOnlySpan<long> axes) => Graph.Add(Op.Unsqueeze, [this, Graph.Constant(axes)]).Outputs[0];

    /// <summary>Values side by side along an axis.</summary>
    public static Value Concat(int axis, params ReadOnlySpan<Value> values) => Concat(axis, null, values);

    internal static Value Concat(int axis, string? name, ReadOnlySpan<Value> values)
    {
        if (values.IsEmpty) throw new ArgumentException("Nothing to join.", nameof(values));
        Value?[] inputs = [.. values];
        return values[0].Graph.Add(Op.Concat, inputs, ModelGraph.Attributes(("axis", axis)), name: name).Outputs[0];
    }

    /// <summary>Equal parts along an axis.</summary>
    public IReadOnlyList<Value> Split(int parts, int axis) =>
        Graph.Add(Op.Split, [this], ModelGraph.Attributes(("axis", axis), ("num_outputs", parts)), outputs: parts).Outputs;

    /// <summary>Rows of this table at <paramref name="indices"/>.</summary>
    public Value Gather(Value indices, int axis = 0) => Graph.Add(Op.Gather, [this, indices], ModelGraph.Attributes(("axis", axis))).Outputs[0];

    /// <summary>Sum over axes (all when none is given), which stay as sides of 1 while <paramref name="keep"/>.</summary>
    public Value Sum(ReadOnlySpan<long> axes, bool keep = true) => Reduce(Op.ReduceSum, axes, keep);

    /// <summary>Mean over axes (all when none is given), which stay as sides of 1 while <paramref name="keep"/>.</summary>
    public Value Mean(ReadOnlySpan<long> axes, bool keep = true) => Reduce(Op.ReduceMean, axes, keep);

    /// <summary>Where along an axis the largest stands (of equal ones the first), as int64; the axis stays as a side of 1.</summary>
    public Value ArgMax(int axis) => Graph.Add(Op.ArgMax, [this], ModelGraph.Attributes(("axis", axis))).Outputs[0];

    Value Reduce(Op op, ReadOnlySpan<long> axes, bool keep) =>
        Graph.Add(op, axes.IsEmpty ? [this] : [this, Graph.Constant(axes)], ModelGraph.Attributes(("keepdims", keep ? 1 : 0))).Outputs[0];
}
