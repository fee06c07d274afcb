using Alignment.Onnx.Graph;
using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Gradients;

delegate Value?[] Rule(GradientNode n);

/// <summary>
/// The derivative of every operator, one a row: n[i] an input, n.Y the output, n.G its gradient. The walker sums over broadcast axes.
/// </summary>
static partial class GradientRules
{
    static readonly Dictionary<Op, Rule> s_rules = new()
    {
        // Linear in each input.
        [Op.Add] = n => [n.G, n.G],
        [Op.Sub] = n => [n.G, n.If(1, () => -n.G)],
        [Op.Neg] = n => [-n.G],
        [Op.Identity] = n => [n.G],
        [Op.Cast] = n => [n.G.Cast(n[0].Type)],
        [Op.Mul] = n => [n.If(0, () => n.G * n[1]), n.If(1, () => n.G * n[0])],
        [Op.Div] = n => [n.If(0, () => n.G / n[1]), n.If(1, () => -(n.G * n.Y / n[1]))],
        [Op.Where] = n => [null, n.If(1, () => n[0].Select(n.G, Zero(n))), n.If(2, () => n[0].Select(Zero(n), n.G))],

        // Functions of one number.
        [Op.Abs] = n => [n.G * n[0].Sign()],
        [Op.Exp] = n => [n.G * n.Y],
        [Op.Log] = n => [n.G / n[0]],
        [Op.Sqrt] = n => [n.G / (2 * n.Y.Clip(LeastRoot, float.MaxValue))],
        [Op.Reciprocal] = n => [-(n.G * n.Y * n.Y)],
        [Op.Sin] = n => [n.G * n[0].Cos()],
        [Op.Cos] = n => [-(n.G * n[0].Sin())],
        [Op.Tanh] = n => [n.G * (1 - n.Y * n.Y)],
        [Op.Sigmoid] = n => [n.G * n.Y * (1 - n.Y)],
        [Op.Relu] = n => [n.Y.IsGreaterThan(Zero(n)).Select(n.G, Zero(n))],
        [Op.Erf] = n => [n.G * (-(n[0] * n[0])).Exp() * TwoOverRootPi],
        [Op.Gelu] = Gelu,
        [Op.Pow] = Pow,
        [Op.Clip] = Clip,
        [Op.Softmax] = Softmax,

        // Products, convolutions, normalisations.
        [Op.MatMul] = n => [n.If(0, () => n.G.MatMul(n[1].T)), n.If(1, () => n[0].T.MatMul(n.G))],
        [Op.Gemm] = Gemm,
        [Op.Conv] = Conv,
        [Op.LayerNormalization] = LayerNormalization,
        [Op.InstanceNormalization] = InstanceNormalization,
        [Op.Resize] = ResizeNearest,
        [Op.MaxPool] = MaxPool,
        [Op.AveragePool] = AveragePool,
        [Op.ConvTranspose] = ConvTranspose,

        // Sums over axes.
        [Op.ReduceSum] = n => Only(n, Spread(n, n.G)),
        [Op.ReduceMean] = n => Only(n, Spread(n, n.G * (n.Y.ElementCount() / n[0].ElementCount()))),

        // Moving elements.
        [Op.Reshape] = n => Only(n, n.G.ReshapeLike(n[0])),
        [Op.Unsqueeze] = n => Only(n, n.G.ReshapeLike(n[0])),
        [Op.Expand] = n => Only(n, n.G),
        [Op.Transpose] = Transpose,
        [Op.Concat] = Concat,
        [Op.Split] = Split,
        [Op.Slice] = Slice,
        [Op.Pad] = Pad,
        [Op.Gather] = Gather,
    };

    static readonly HashSet<Op> s_none = [Op.Shape, Op.Size, Op.Equal, Op.Greater, Op.Less, Op.Sign, Op.ArgMax];

    const float TwoOverRootPi = 1.1283791670955126f;

    // The root of the smallest normal float32 keeps the slope at 0 finite: 0 · ∞ would be NaN.
    const float LeastRoot = 1.0842022e-19f;

    public static IEnumerable<Op> Differentiable => s_rules.Keys;

    public static bool Flows(Op op) => !s_none.Contains(op);

    public static Rule For(Node node) =>
        s_rules.TryGetValue(node.Op, out Rule? rule) ? rule
        : throw GraphException.For($"The gradient of {node.Subject}", "an operator without a derivative rule",
            $"one of {string.Join(", ", s_rules.Keys.Select(o => o.Name))}");

    static Value Zero(GradientNode n) => n.Graph.Constant(0f);

    static Value?[] Only(GradientNode n, Value gradient) => [gradient, .. new Value?[n.Inputs - 1]];

    static GraphException Unsupported(this GradientNode n, string found, string expected) =>
        GraphException.For($"The gradient of {n.Node.Subject}", found, expected);

    // d/dx x^p = p x^(p−1) for a constant p.
    static Value?[] Pow(GradientNode n)
    {
        if (n[1].KnownFloats is not { } exponents || n.Wants(1))
            throw GraphException.For(n.Node.Subject, $"the exponent '{n[1].Name}'", "a constant one");
        if (exponents is [1f]) return [n.G, null];
        if (exponents is [2f]) return [n.G * (n[0] + n[0]), null];
        Value less = n.Graph.Constant([.. exponents.Select(p => p == 0 ? 0 : p - 1)], n[1].Shape);   // p = 0: 0 · x⁰, not 0 · x⁻¹
        return [n.G * n[1] * n.Graph.Add(Op.Pow, [n[0], less]).Outputs[0], null];
    }

    // x Φ(x): Φ(x) + x φ(x).
    static Value?[] Gelu(GradientNode n)
    {
        Value x = n[0];
        Value cumulative = ((x * MathF.Sqrt(0.5f)).Erf() + 1) * 0.5f;
        Value density = (x * x * -0.5f).Exp() * 0.3989422804014327f;   // 1/√(2π)
        return [n.G * (cumulative + x * density)];
    }

    // 1 between the bounds, both included.
    static Value?[] Clip(GradientNode n)
    {
        Value g = n.G;
        if (n.Optional(1) is { } low) g = n[0].IsLessThan(low).Select(Zero(n), g);
        if (n.Optional(2) is { } high) g = n[0].IsGreaterThan(high).Select(Zero(n), g);
        return Only(n, g);
    }

    // P ∘ (G − Σ G ∘ P) along the axis.
    static Value?[] Softmax(GradientNode n)
    {
        long axis = n.Node.Int("axis", -1);
        Value weighted = n.G * n.Y;
        return [weighted - n.Y * weighted.Sum([axis])];
    }
}
