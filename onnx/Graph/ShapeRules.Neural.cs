using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

// Products, convolutions, normalisations, resizing.
static partial class ShapeRules
{
    static Inferred[] MatMul(Node n, int _)
    {
        Value x = n[0], y = n[1];
        ElementType type = OneType(n, x, y);
        if (x.Rank < 2 || y.Rank < 2 || x[^1] != y[^2])
            throw n.Bad($"{x.Shape} × {y.Shape}", "[…, m, k] × […, k, n] with one k");
        Shape outer = Broadcast(n, new Shape(x.Shape.SkipLast(2).ToArray()), new Shape(y.Shape.SkipLast(2).ToArray()));
        return [new(type, new Shape([.. outer, x[^2], y[^1]]))];
    }

    static Inferred[] Gemm(Node n, int _)
    {
        Value a = n[0], b = n[1];
        ElementType type = OneType(n, a, b);
        NeedRank(n, a, 2);
        NeedRank(n, b, 2);
        bool ta = n.Int("transA", 0) != 0, tb = n.Int("transB", 0) != 0;
        if (a[ta ? 0 : 1] != b[tb ? 1 : 0])
            throw n.Bad($"{a.Shape}{(ta ? "ᵀ" : "")} × {b.Shape}{(tb ? "ᵀ" : "")}", "[m, k] × [k, n] with one k");
        var shape = new Shape(a[ta ? 1 : 0], b[tb ? 0 : 1]);
        if (n.Optional(2) is { } c && !Broadcast(n, shape, c.Shape).Equals(shape))
            throw n.Bad($"a bias '{c.Name}' of shape {c.Shape}", $"one that broadcasts to {shape}");
        return [new(type, shape)];
    }

    static Inferred[] Conv(Node n, int _)
    {
        Value x = n[0], w = n[1];
        ElementType type = OneType(n, x, w);
        int spatial = x.Rank - 2;
        long group = n.Int("group", 1);
        if (spatial < 1 || w.Rank != x.Rank)
            throw n.Bad($"'{x.Name}' {x.Shape} with kernel '{w.Name}' {w.Shape}",
                "[batch, channels, sides…] with [out, channels / group, kernel sides…]");
        if (x[1] != w[1] * group)
            throw n.Bad($"{x[1]} channels in '{x.Name}' {x.Shape}",
                $"{w[1] * group}, as the kernel '{w.Name}' {w.Shape} in {group} group(s) takes");
        if (n.Optional(2) is { } bias) NeedShape(n, bias, w[0]);
        long[] ones = [.. Enumerable.Repeat(1L, spatial)];
        long[] strides = n.Ints("strides") ?? ones, dilations = n.Ints("dilations") ?? ones, pads = n.Ints("pads") ?? new long[2 * spatial];
        if (strides.Length != spatial || dilations.Length != spatial || pads.Length != 2 * spatial)
            throw n.Bad($"{strides.Length} strides, {dilations.Length} dilations, {pads.Length} pads",
                $"{spatial}, {spatial} and {2 * spatial}");
        var sides = new Dim[spatial];
        for (int i = 0; i < spatial; i++)
        {
            long reach = dilations[i] * (w[i + 2].Value - 1) + 1;   // the kernel's extent
            sides[i] = (x[i + 2] + (pads[i] + pads[i + spatial] - reach)).FloorDivide(strides[i]) + 1;
            if (sides[i].IsFixed && sides[i].Value < 1)
                throw n.Bad($"'{x.Name}' {x.Shape}, smaller than the kernel {w.Shape}",
                    "sides the kernel fits into");
        }
        return [new(type, new Shape([x[0], w[0], .. sides]))];
    }

    static Inferred[] LayerNormalization(Node n, int outputs)
    {
        Value x = n[0];
        NeedFloat(n, x);
        int axis = Axis(n, x, n.Int("axis", -1));
        Dim[] normalised = [.. x.Shape.Skip(axis)];
        NeedShape(n, n[1], normalised);
        if (n.Optional(2) is { } bias) NeedShape(n, bias, normalised);
        var statistic = new Shape([.. x.Shape.Take(axis), .. normalised.Select(_ => (Dim)1)]);
        return [.. new Inferred[] { new(x.Type, x.Shape), new(ElementType.Float32, statistic),
            new(ElementType.Float32, statistic) }.Take(outputs)];
    }

    static Inferred[] InstanceNormalization(Node n, int _)
    {
        Value x = n[0];
        NeedFloat(n, x);
        if (x.Rank < 3) throw n.Bad($"'{x.Name}' of shape {x.Shape}", "[batch, channels, sides…]");
        NeedShape(n, n[1], x[1]);
        NeedShape(n, n[2], x[1]);
        return [new(x.Type, x.Shape)];
    }

    static Inferred[] MultiHeadAttention(Node n, int _)
    {
        Value q = n[0], k = n[1], v = n[2];
        ElementType type = OneType(n, q, k);
        foreach (Value x in (Value[])[q, k, v]) NeedRank(n, x, 3);
        long heads = n.Int("num_heads", 0);
        bool fits = v.Type == type && q[0] == k[0] && q[0] == v[0] && k[1] == v[1] && q[2] == k[2];
        if (!fits || heads < 1 || !q[2].IsFixed || q[2].Value % heads != 0 || v[2].Value % heads != 0)
            throw n.Bad($"{q.Shape}, {k.Shape}, {v.Shape} and {heads} heads",
                "[batch, queries, width], [batch, keys, width], [batch, keys, value width], widths that the heads divide");
        return [new(type, new Shape(q[0], q[1], v[2]))];
    }

    // Sizes from scales, a constant, or the Shape of a value.
    static Inferred[] Resize(Node n, int _)
    {
        Value x = n[0];
        int[] axes = [.. (n.Ints("axes") ?? Enumerable.Range(0, x.Rank).Select(i => (long)i)).Select(a => Axis(n, x, a))];
        Shape shape = x.Shape;
        if (n.Optional(3) is { } sizes)
        {
            Dim[] wanted = KnownSizes(sizes) ?? throw n.Bad($"sizes from '{sizes.Name}'",
                "a constant or the Shape of a value");
            if (wanted.Length != axes.Length) throw n.Bad($"{wanted.Length} sizes",
                $"{axes.Length}, one for each axis");
            for (int i = 0; i < axes.Length; i++) shape = shape.With(axes[i], wanted[i]);
        }
        else
        {
            float[] scales = n.Inputs.Count > 2 && n.Inputs[2]?.KnownFloats is { } known ? known : [];
            if (scales.Length != axes.Length || scales.Any(s => s < 1 || s != MathF.Floor(s)))
                throw n.Bad($"{scales.Length} scales [{string.Join("; ", scales)}]",
                    $"{axes.Length} whole numbers from 1, one for each axis");
            for (int i = 0; i < axes.Length; i++) shape = shape.With(axes[i], shape[axes[i]] * (long)scales[i]);
        }
        return [new(x.Type, shape)];
    }

    static Dim[]? KnownSizes(Value vector)
    {
        if (vector.KnownInts is { } numbers) return [.. numbers.Select(i => (Dim)i)];
        if (vector.Producer is not { } maker) return null;
        if (maker.Op == Op.Shape) return [.. SidesRead(maker)];
        if (maker.Op == Op.Add && KnownSizes(maker[0]) is { } sizes && maker[1].KnownInts is { } plus && plus.Length == sizes.Length)
            return [.. sizes.Zip(plus, (size, n) => size + n)];
        if (maker.Op != Op.Concat) return null;
        var parts = new List<Dim>();
        foreach (Value? part in maker.Inputs)
        {
            if (KnownSizes(part!) is not { } known) return null;
            parts.AddRange(known);
        }
        return [.. parts];
    }
}
