using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

sealed partial class Value
{
    public static Value operator +(Value x, Value y) => x.Apply(Op.Add, y);
    public static Value operator -(Value x, Value y) => x.Apply(Op.Sub, y);
    public static Value operator *(Value x, Value y) => x.Apply(Op.Mul, y);
    public static Value operator /(Value x, Value y) => x.Apply(Op.Div, y);
    public static Value operator -(Value x) => x.Apply(Op.Neg);

    public static Value operator +(Value x, float y) => x + x.Number(y);
    public static Value operator -(Value x, float y) => x - x.Number(y);
    public static Value operator *(Value x, float y) => x * x.Number(y);
    public static Value operator /(Value x, float y) => x / x.Number(y);
    public static Value operator +(float x, Value y) => y.Number(x) + y;
    public static Value operator -(float x, Value y) => y.Number(x) - y;
    public static Value operator *(float x, Value y) => y.Number(x) * y;
    public static Value operator /(float x, Value y) => y.Number(x) / y;

    public Value Pow(float exponent) => Apply(Op.Pow, Number(exponent));
    public Value Abs() => Apply(Op.Abs);
    public Value Sign() => Apply(Op.Sign);
    public Value Exp() => Apply(Op.Exp);
    public Value Log() => Apply(Op.Log);
    public Value Sqrt() => Apply(Op.Sqrt);
    public Value Reciprocal() => Apply(Op.Reciprocal);
    public Value Erf() => Apply(Op.Erf);
    public Value Sin() => Apply(Op.Sin);
    public Value Cos() => Apply(Op.Cos);
    public Value Tanh() => Apply(Op.Tanh);
    public Value Sigmoid() => Apply(Op.Sigmoid);
    public Value Relu() => Apply(Op.Relu);
    public Value Identity() => Apply(Op.Identity);

    public Value IsEqualTo(Value y) => Apply(Op.Equal, y);
    public Value IsGreaterThan(Value y) => Apply(Op.Greater, y);
    public Value IsLessThan(Value y) => Apply(Op.Less, y);

    // Elementwise, where this Bool is true or false.
    public Value Select(Value then, Value otherwise) => Apply(Op.Where, [this, then, otherwise]);

    public Value Clip(float lowest, float highest) => Apply(Op.Clip, [this, Number(lowest), Number(highest)]);

    public Value Cast(ElementType to) => to == Type ? this : Apply(Op.Cast, [this], [("to", (long)to)]);

    // x · σ(x), also called swish.
    public Value Silu()
    {
        int first = Graph.Nodes.Count;
        Value sigmoid = Sigmoid();
        return Graph.Compose(CompositeKind.Silu, first, [this], sigmoid, this * sigmoid);
    }

    // x · Φ(x) with the exact normal distribution function (erf), not the tanh approximation.
    public Value Gelu() => Apply(Op.Gelu);

    /// <summary>x · σ(1.702 x), CLIP's approximation of <see cref="Gelu"/>.</summary>
    public Value QuickGelu() => this * (this * 1.702f).Sigmoid();

    public Value Softmax(int axis = -1) => Apply(Op.Softmax, [this], [("axis", axis)]);

    /// <summary>softmax(this) · <paramref name="v"/> over the innermost axis.</summary>
    public Value SoftmaxMatMul(Value v)
    {
        int first = Graph.Nodes.Count;
        Value weights = Softmax().Cast(v.Type);
        return Graph.Compose(CompositeKind.SoftmaxProduct, first, [this, v], weights, weights.MatMul(v));
    }

    Value Number(float number) => Graph.Constant(number, Type);

    Value Apply(Op op) => Apply(op, [this]);
    Value Apply(Op op, Value y) => Apply(op, [this, y]);
    Value Apply(Op op, ReadOnlySpan<Value?> inputs, ReadOnlySpan<(string Name, object? Value)> attributes = default, string? name = null) =>
        Graph.Add(op, inputs, attributes, name: name).Outputs[0];
}
