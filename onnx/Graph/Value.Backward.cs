using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

sealed partial class Value
{
    /// <summary>To the end of an axis, in <see cref="Slice(int, long, long, long)"/>.</summary>
    public const long End = long.MaxValue;

    /// <summary>
    /// Elements <paramref name="start"/>, start + step, … before <paramref name="end"/>; negative numbers count from the end.
    /// </summary>
    public Value Slice(int axis, long start, long end, long step = 1) => Slice([axis], [start], Graph.Constant([end]), [step]);

    public Value Slice(long[] axes, long[] starts, Value ends, long[]? steps = null)
    {
        Value?[] inputs = [this, Graph.Constant(starts), ends, Graph.Constant(axes)];
        return Apply(Op.Slice, steps is null || steps.All(s => s == 1) ? inputs : [.. inputs, Graph.Constant(steps)]);
    }

    public Value Flip() => Slice([2, 3], [-1, -1], Graph.Constant([long.MinValue, long.MinValue]), [-1, -1]);

    // Zeros around height and width.
    public Value PadSides((long Top, long Left, long Bottom, long Right) by) =>
        by == default ? this : Apply(Op.Pad, [this, Graph.Constant([by.Top, by.Left, by.Bottom, by.Right]), null,
        Graph.Constant([2L, 3L])]);

    public Value ExpandLike(Value other) =>
        Shape.Equals(other.Shape) ? this : Apply(Op.Expand, [this, Graph.RuntimeInts([.. other.Shape])]);

    // The two innermost axes exchanged.
    public Value T => Transpose([.. Enumerable.Range(0, Rank - 2), Rank - 1, Rank - 2]);

    public Value ElementCount() =>
        Shape.IsFixed ? Graph.Constant((float)Shape.Elements) : Apply(Op.Size).Cast(Type);

    public IReadOnlyList<Value> SplitInto(int axis, params long[] sizes) =>
        Graph.Add(Op.Split, [this, Graph.Constant(sizes)], [("axis", axis)], outputs: sizes.Length).Outputs;
}
