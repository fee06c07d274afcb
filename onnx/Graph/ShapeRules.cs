using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

static partial class ShapeRules
{
    public readonly record struct Inferred(ElementType Type, Shape Shape);

    delegate Inferred[] Rule(Node n, int outputs);

    static readonly Dictionary<Op, Rule> s_rules = new()
    {
        [Op.Add] = Numeric,
        [Op.Sub] = Numeric,
        [Op.Mul] = Numeric,
        [Op.Div] = Numeric,
        [Op.Pow] = Numeric,
        [Op.Equal] = Comparison,
        [Op.Greater] = Comparison,
        [Op.Less] = Comparison,
        [Op.Where] = Where,

        [Op.Identity] = Same,
        [Op.Cast] = (n, _) => [new((ElementType)n.Int("to", 0), n[0].Shape)],
        [Op.Neg] = Same,
        [Op.Abs] = Same,
        [Op.Sign] = Same,
        [Op.Exp] = Float,
        [Op.Log] = Float,
        [Op.Sqrt] = Float,
        [Op.Reciprocal] = Float,
        [Op.Erf] = Float,
        [Op.Sin] = Float,
        [Op.Cos] = Float,
        [Op.Tanh] = Float,
        [Op.Sigmoid] = Float,
        [Op.Relu] = Same,
        [Op.Gelu] = Float,
        [Op.Clip] = Same,
        [Op.Softmax] = AlongAxis,

        [Op.MatMul] = MatMul,
        [Op.Gemm] = Gemm,
        [Op.Conv] = Conv,
        [Op.MaxPool] = MaxPool,
        [Op.ConvTranspose] = ConvTranspose,
        [Op.AveragePool] = AveragePool,
        [Op.LayerNormalization] = LayerNormalization,
        [Op.InstanceNormalization] = InstanceNormalization,
        [Op.MultiHeadAttention] = MultiHeadAttention,
        [Op.Resize] = Resize,

        [Op.ReduceSum] = Reduce,
        [Op.ReduceMean] = Reduce,
        [Op.ArgMax] = ArgMax,

        [Op.Reshape] = Reshape,
        [Op.Transpose] = Transpose,
        [Op.Unsqueeze] = Unsqueeze,
        [Op.Concat] = Concat,
        [Op.Split] = Split,
        [Op.Gather] = Gather,
        [Op.Slice] = Slice,
        [Op.Pad] = Pad,
        [Op.Expand] = Expand,
        [Op.ScatterElements] = ScatterElements,
        [Op.Shape] = ShapeOf,
        [Op.Size] = (_, _) => [new(ElementType.Int64, Shape.Scalar)],
    };

    /// <summary>A test compares it with <see cref="Op.All"/>.</summary>
    public static IEnumerable<Op> Known => s_rules.Keys;

    public static Inferred[] Infer(Node node, int outputs) =>
        s_rules.TryGetValue(node.Op, out Rule? rule) ? rule(node, outputs)
        : throw node.Bad("an operator without a shape rule", string.Join(", ", s_rules.Keys.Select(o => o.Name)));

    static Inferred[] Same(Node n, int _) => [new(n[0].Type, n[0].Shape)];

    static Inferred[] Float(Node n, int _)
    {
        NeedFloat(n, n[0]);
        return [new(n[0].Type, n[0].Shape)];
    }

    static Inferred[] AlongAxis(Node n, int _)
    {
        NeedFloat(n, n[0]);
        Axis(n, n[0], n.Int("axis", -1));
        return [new(n[0].Type, n[0].Shape)];
    }

    static Inferred[] Numeric(Node n, int _) => [new(OneType(n, n[0], n[1]), Broadcast(n, n[0], n[1]))];

    static Inferred[] Comparison(Node n, int _)
    {
        OneType(n, n[0], n[1]);
        return [new(ElementType.Bool, Broadcast(n, n[0], n[1]))];
    }

    static Inferred[] Where(Node n, int _)
    {
        if (n[0].Type != ElementType.Bool) throw n.Bad($"a condition of {n[0].Type}", "Bool");
        ElementType type = OneType(n, n[1], n[2]);
        return [new(type, Broadcast(n, n[0].Shape, Broadcast(n, n[1], n[2])))];
    }

    static long[] Constant(Node n, Value x, string what) => x.KnownInts ?? throw n.Bad($"{what} from '{x.Name}'", "a constant");

    static Dim[] Sizes(Node n, Value x, string what) =>
        KnownSizes(x) ?? throw n.Bad($"{what} from '{x.Name}'", "a constant, or the sizes of values");

    static ElementType OneType(Node n, Value x, Value y) =>
        x.Type == y.Type ? x.Type : throw n.Bad($"{x.Type} from '{x.Name}' with {y.Type} from '{y.Name}'",
        "one element type");

    static void NeedFloat(Node n, Value x)
    {
        if (!x.Type.IsFloat()) throw n.Bad($"{x.Type} from '{x.Name}'", "a floating-point type");
    }

    static void NeedRank(Node n, Value x, int rank)
    {
        if (x.Rank != rank) throw n.Bad($"'{x.Name}' of shape {x.Shape}", $"{rank} axes");
    }

    static void NeedShape(Node n, Value x, params ReadOnlySpan<Dim> dims)
    {
        var expected = new Shape(dims.ToArray());
        if (!x.Shape.Equals(expected)) throw n.Bad($"'{x.Name}' of shape {x.Shape}", $"{expected}");
    }

    static int Axis(Node n, Value x, long axis) =>
        axis >= -x.Rank && axis < x.Rank ? x.Shape.Axis(axis)
        : throw n.Bad($"axis {axis}", $"an axis of '{x.Name}' of shape {x.Shape}");

    static Shape Broadcast(Node n, Value x, Value y) => Broadcast(n, x.Shape, y.Shape);

    static Shape Broadcast(Node n, Shape x, Shape y)
    {
        var sides = new Dim[Math.Max(x.Count, y.Count)];
        for (int back = 1; back <= sides.Length; back++)
        {
            Dim a = back <= x.Count ? x[^back] : 1, b = back <= y.Count ? y[^back] : 1;
            sides[^back] = a == b || b == 1 ? a : a == 1 ? b
                : throw n.Bad($"shapes {x} and {y}", $"sides that are equal or 1 (axis {-back} is {a} and {b})");
        }
        return new(sides);
    }
}
