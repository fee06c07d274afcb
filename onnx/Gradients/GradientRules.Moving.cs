using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Gradients;

static partial class GradientRules
{
    static Value Spread(GradientNode n, Value g)
    {
        Value x = n[0];
        if (n.Node.Int("keepdims", 1) == 0)
        {
            long[] axes = n.Inputs > 1 ? n[1].KnownInts! : [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
            var reduced = x.Shape;
            foreach (long axis in axes) reduced = reduced.With(reduced.Axis(axis), 1);
            g = g.Reshape([.. reduced]);
        }
        return g.ExpandLike(x);
    }

    static Value?[] Transpose(GradientNode n)
    {
        long[] order = n.Node.Ints("perm") ?? [.. Enumerable.Range(0, n[0].Rank).Reverse().Select(i => (long)i)];
        var back = new int[order.Length];
        for (int i = 0; i < order.Length; i++) back[order[i]] = i;
        return [n.G.Transpose(back)];
    }

    static Value?[] Concat(GradientNode n)
    {
        int axis = n.Y.Shape.Axis(n.Node.Int("axis", 0));
        Dim[] sizes = [.. n.Node.Inputs.Select(x => x![axis])];
        if (sizes.Length == 1) return [n.G];
        if (!sizes.All(s => s.IsFixed)) throw n.Unsupported($"parts of {string.Join(", ", sizes)} along axis {axis}",
            "parts of known sizes");
        return [.. n.G.SplitInto(axis, [.. sizes.Select(s => s.Value)])];
    }

    static Value?[] Split(GradientNode n)
    {
        int axis = n[0].Shape.Axis(n.Node.Int("axis", 0));
        Value[] parts = [.. n.Node.Outputs.Select((y, i) => n.GradientOf(i) ?? Zero(n).ExpandLike(y))];
        return Only(n, Value.Concat(axis, parts));
    }

    // For slices of step 1 along sides of known size.
    static Value?[] Slice(GradientNode n)
    {
        Value x = n[0];
        long[] starts = n[1].KnownInts!, axes = n.Inputs > 3 ? n[3].KnownInts!
            : [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        bool stepped = n.Inputs > 4 && n[4].KnownInts!.Any(s => s != 1);
        if (stepped || axes.Any(a => !x.Shape[x.Shape.Axis(a)].IsFixed || !n.Y.Shape[x.Shape.Axis(a)].IsFixed))
            throw n.Unsupported($"{x.Shape} cut to {n.Y.Shape}", "step 1 along sides of known size");
        long Before(int i) => starts[i] < 0 ? x.Shape[x.Shape.Axis(axes[i])].Value + starts[i] : starts[i];
        long[] before = [.. axes.Select((_, i) => Before(i))];
        long[] after = [.. axes.Select((a, i) => x.Shape[x.Shape.Axis(a)].Value - before[i] - n.Y.Shape[x.Shape.Axis(a)].Value)];
        return Only(n, n.Graph.Add(Op.Pad, [n.G, n.Graph.Constant([.. before, .. after]), null, n.Graph.Constant(axes)]).Outputs[0]);
    }

    static Value?[] Pad(GradientNode n)
    {
        Value x = n[0];
        long[] pads = n[1].KnownInts!;
        long[] axes = n.Inputs > 3 && n.Node.Inputs[3] is { } given ? given.KnownInts!
            : [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
        string mode = n.Node.Text("mode", "constant");
        if (mode != "constant" || pads.Any(p => p < 0))
            throw n.Unsupported($"mode {mode}, amounts [{string.Join(", ", pads)}]", "a constant around, 0 or more of it");
        long[] before = pads[..axes.Length];
        Value ends = n.Graph.RuntimeSums([.. axes.Select(a => x.Shape[x.Shape.Axis(a)])], before);
        return Only(n, n.G.Slice(axes, before, ends));
    }

    // Each row's gradients summed, as a product with one-hot rows.
    static Value?[] Gather(GradientNode n)
    {
        Value table = n[0], at = n[1];
        if (table.Rank != 2 || n.Node.Int("axis", 0) != 0)
            throw n.Unsupported($"axis {n.Node.Int("axis", 0)} of '{table.Name}' {table.Shape}", "rows of a table [rows, width]");
        long rows = table[0].Value;
        Dim taken = at.Shape.Aggregate((Dim)1, (count, d) => count * d);
        Value numbers = n.Graph.Constant([.. Enumerable.Range(0, (int)rows).Select(i => (long)i)], new Shape(rows, 1), $"rows_{rows}");
        Value oneHot = numbers.IsEqualTo(at.Reshape(1, taken)).Cast(table.Type);   // [rows, taken]
        return [oneHot.MatMul(n.G.Reshape(taken, table[1])), null];
    }

    // The sum of each block, computed as a mean in which what is missing at an odd edge counts as zeros.
    static Value?[] ResizeNearest(GradientNode n)
    {
        Value g = n.G;
        string mode = n.Node.Text("mode", "nearest");
        if (mode != "nearest" || g.Rank != 4 || n.Node.Ints("axes") is not [2, 3])
            throw n.Unsupported($"mode {mode}", "nearest-neighbour enlargement of height and width");
        long factor = n.Inputs > 2 && n.Node.Inputs[2]?.KnownFloats is { } scales ? (long)scales[0] : 2;
        (string, object?)[] attributes = [("kernel_shape", new[] { factor, factor }), ("strides", new[] { factor, factor }),
            ("pads", new[] { 0, 0, factor - 1, factor - 1 }), ("count_include_pad", 1)];
        Value mean = n.Graph.Add(Op.AveragePool, [g], attributes).Outputs[0];
        if (!mean.Shape.Equals(n[0].Shape))
            throw n.Unsupported($"{n[0].Shape} enlarged to {g.Shape}", "sides enlarged by a whole factor, or doubled less one");
        return Only(n, mean * (factor * factor));
    }
}
