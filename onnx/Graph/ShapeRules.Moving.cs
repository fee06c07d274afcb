namespace Alignment.Onnx.Graph;

static partial class ShapeRules
{
    static Inferred[] Reduce(Node n, int _)
    {
        Value x = n[0];
        bool keep = n.Int("keepdims", 1) != 0;
        int[] axes;
        if (n.Optional(1) is { } given)
            axes = [.. (given.KnownInts ?? throw n.Bad($"axes from '{given.Name}'",
                "a constant")).Select(a => Axis(n, x, a))];
        else
            axes = [.. Enumerable.Range(0, x.Rank)];
        var sides = new List<Dim>();
        for (int i = 0; i < x.Rank; i++)
            if (!axes.Contains(i)) sides.Add(x.Shape[i]);
            else if (keep) sides.Add(1);
        return [new(x.Type, new Shape(sides))];
    }

    // The axis stays as a side of 1.
    static Inferred[] ArgMax(Node n, int _)
    {
        Value x = n[0];
        NeedFloat(n, x);   // runtimes have it for some integer types only
        if (n.Int("keepdims", 1) == 0) throw n.Bad("keepdims 0", "the axis kept as a side of 1");
        return [new(ElementType.Int64, x.Shape.With(Axis(n, x, n.Int("axis", 0)), 1))];
    }

    // 0 copies the side at its place, one −1 takes the rest.
    static Inferred[] Reshape(Node n, int _)
    {
        Value x = n[0], target = n[1];
        if (target.Type != ElementType.Int64) throw n.Bad($"a target '{target.Name}' of {target.Type}", "Int64");
        Dim[] wanted = Sizes(n, target, "a target shape");
        int rest = -1;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == 0)
                wanted[i] = i < x.Rank ? x.Shape[i] : throw n.Bad($"a 0 at axis {i}",
                    $"one of the {x.Rank} axes of '{x.Name}' {x.Shape}");
            else if (wanted[i] == -1)
                rest = rest < 0 ? i : throw n.Bad($"two −1 in [{string.Join(", ", wanted)}]", "one at most");
        }
        if (rest >= 0) wanted[rest] = Remaining(n, x, wanted, rest);
        var shape = new Shape(wanted);
        return shape.HasAsManyElementsAs(x.Shape) ? [new(x.Type, shape)]
            : throw n.Bad($"'{x.Name}' of shape {x.Shape} to become {shape}", "as many elements before as after");
    }

    // The elements of x divided by every other side of the target.
    static Dim Remaining(Node n, Value x, Dim[] wanted, int rest)
    {
        var (number, sizes) = x.Shape.Factors();
        for (int i = 0; i < wanted.Length; i++)
        {
            if (i == rest) continue;
            var (k, s) = wanted[i].Factors();
            if (k == 0 || number % k != 0 || !s.All(sizes.Remove))
                throw n.Bad($"'{x.Name}' of shape {x.Shape} to become [{string.Join(", ", wanted)}]",
                    $"sides that divide its elements; {wanted[i]} does not");
            number /= k;
        }
        return sizes.Aggregate((Dim)number, (product, size) => product * x.Graph.KnownSize(size));
    }

    static Inferred[] Transpose(Node n, int _)
    {
        Value x = n[0];
        long[] perm = n.Ints("perm") ?? [.. Enumerable.Range(0, x.Rank).Reverse().Select(i => (long)i)];
        if (!perm.Order().SequenceEqual(Enumerable.Range(0, x.Rank).Select(i => (long)i)))
            throw n.Bad($"the order [{string.Join(", ", perm)}]", $"every axis of '{x.Name}' {x.Shape} once");
        return [new(x.Type, new Shape([.. perm.Select(p => x.Shape[(int)p])]))];
    }

    static Inferred[] Unsqueeze(Node n, int _)
    {
        Value x = n[0];
        long[] axes = Constant(n, n[1], "axes");
        int rank = x.Rank + axes.Length;
        int[] at = [.. axes.Select(a => (int)(a < 0 ? a + rank : a)).Order()];
        if (at.Distinct().Count() != at.Length || at.Any(a => a < 0 || a >= rank))
            throw n.Bad($"axes [{string.Join(", ", axes)}]", $"different axes of a shape with {rank}");
        var sides = x.Shape.ToList();
        foreach (int a in at) sides.Insert(a, 1);
        return [new(x.Type, new Shape(sides))];
    }

    static Inferred[] Concat(Node n, int _)
    {
        Value first = n[0];
        int axis = Axis(n, first, n.Int("axis", 0));
        Dim joined = first.Shape[axis];
        foreach (Value? next in n.Inputs.Skip(1))
        {
            if (next is null || next.Rank != first.Rank || !next.Shape.With(axis, joined).Equals(first.Shape.With(axis, joined)))
                throw n.Bad($"'{next?.Name}' of shape {next?.Shape}",
                    $"{first.Shape} as '{first.Name}' has it, except along axis {axis}");
            OneType(n, first, next);
        }
        joined = n.Inputs.Skip(1).Aggregate(joined, (sum, v) => sum + v!.Shape[axis]);
        return [new(first.Type, first.Shape.With(axis, joined))];
    }

    static Inferred[] Split(Node n, int outputs)
    {
        Value x = n[0];
        int axis = Axis(n, x, n.Int("axis", 0));
        Dim whole = x.Shape[axis];
        long[] parts;
        if (n.Optional(1) is { } given)
            parts = Constant(n, given, "parts");
        else if (whole.IsFixed && whole.Value % outputs == 0)
            parts = [.. Enumerable.Repeat(whole.Value / outputs, outputs)];
        else
            throw n.Bad($"{whole} along axis {axis} of '{x.Name}' {x.Shape}", $"a number that {outputs} divides");
        if (parts.Length != outputs || whole != parts.Sum())
            throw n.Bad($"parts [{string.Join(", ", parts)}]", $"{outputs} that add up to {whole}");
        return [.. parts.Select(p => new Inferred(x.Type, x.Shape.With(axis, p)))];
    }

    static Inferred[] Gather(Node n, int _)
    {
        Value x = n[0], at = n[1];
        if (at.Type is not (ElementType.Int64 or ElementType.Int32))
            throw n.Bad($"indices of {at.Type}", "Int64 or Int32");
        int axis = Axis(n, x, n.Int("axis", 0));
        return [new(x.Type, new Shape([.. x.Shape.Take(axis), .. at.Shape, .. x.Shape.Skip(axis + 1)]))];
    }

    static Inferred[] ShapeOf(Node n, int _) => [new(ElementType.Int64, new Shape(SidesRead(n).Count()))];

    // The sides start … end that a Shape node reads.
    static IEnumerable<Dim> SidesRead(Node shape)
    {
        int rank = shape[0].Rank;
        int At(long i) => (int)Math.Clamp(i < 0 ? i + rank : i, 0, rank);
        int start = At(shape.Int("start", 0)), end = At(shape.Int("end", rank));
        return shape[0].Shape.Skip(start).Take(Math.Max(0, end - start));
    }
}
