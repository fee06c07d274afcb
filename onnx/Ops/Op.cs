using System.Reflection;

namespace Alignment.Onnx.Ops;

// An operator with the opset version that introduced the form used here. Compared by reference.
sealed class Op
{
    // Of every model written: 17 brings LayerNormalization, 18 Resize with axes, 20 Gelu.
    public const int OpsetVersion = 20;

    // Of ONNX Runtime's own operators, all of version 1.
    public const string RuntimeDomain = "com.microsoft";

    public const int Many = int.MaxValue;

    Op(string name, int since, int inputs, int optional = 0, int outputs = 1, string domain = "")
    {
        (Name, SinceVersion, MinInputs, MaxOutputs, Domain) = (name, since, inputs, outputs, domain);
        MaxInputs = optional == Many ? Many : inputs + optional;
    }

    public string Name { get; }

    /// <summary>Empty for standard ONNX, else <see cref="RuntimeDomain"/>.</summary>
    public string Domain { get; }
    public int SinceVersion { get; }
    public int MinInputs { get; }
    public int MaxInputs { get; }
    public int MaxOutputs { get; }

    // Elementwise, two inputs, broadcast.
    public static readonly Op Add = new("Add", 14, 2);
    public static readonly Op Sub = new("Sub", 14, 2);
    public static readonly Op Mul = new("Mul", 14, 2);
    public static readonly Op Div = new("Div", 14, 2);
    public static readonly Op Pow = new("Pow", 15, 2);
    public static readonly Op Equal = new("Equal", 19, 2);
    public static readonly Op Greater = new("Greater", 13, 2);
    public static readonly Op Less = new("Less", 13, 2);
    public static readonly Op Where = new("Where", 16, 3);

    // Elementwise, one input.
    public static readonly Op Identity = new("Identity", 19, 1);
    public static readonly Op Cast = new("Cast", 19, 1);
    public static readonly Op Neg = new("Neg", 13, 1);
    public static readonly Op Abs = new("Abs", 13, 1);
    public static readonly Op Sign = new("Sign", 13, 1);
    public static readonly Op Exp = new("Exp", 13, 1);
    public static readonly Op Log = new("Log", 13, 1);
    public static readonly Op Sqrt = new("Sqrt", 13, 1);
    public static readonly Op Reciprocal = new("Reciprocal", 13, 1);
    public static readonly Op Erf = new("Erf", 13, 1);
    public static readonly Op Sin = new("Sin", 7, 1);
    public static readonly Op Cos = new("Cos", 7, 1);
    public static readonly Op Tanh = new("Tanh", 13, 1);
    public static readonly Op Sigmoid = new("Sigmoid", 13, 1);
    public static readonly Op Relu = new("Relu", 14, 1);
    public static readonly Op Gelu = new("Gelu", 20, 1);
    public static readonly Op Clip = new("Clip", 13, 1, optional: 2);
    public static readonly Op Softmax = new("Softmax", 13, 1);

    // Products, convolutions, normalisations.
    public static readonly Op MatMul = new("MatMul", 13, 2);
    public static readonly Op Gemm = new("Gemm", 13, 2, optional: 1);
    public static readonly Op Conv = new("Conv", 11, 2, optional: 1);
    public static readonly Op MaxPool = new("MaxPool", 12, 1, outputs: 2);
    public static readonly Op ConvTranspose = new("ConvTranspose", 11, 2, optional: 1);
    public static readonly Op AveragePool = new("AveragePool", 19, 1);
    public static readonly Op LayerNormalization = new("LayerNormalization", 17, 2, optional: 1, outputs: 3);
    public static readonly Op InstanceNormalization = new("InstanceNormalization", 6, 3);
    public static readonly Op Resize = new("Resize", 19, 1, optional: 3);

    // Never stores the table of scores.
    public static readonly Op MultiHeadAttention = new("MultiHeadAttention", 1, 3, domain: RuntimeDomain);

    // Reductions.
    public static readonly Op ReduceSum = new("ReduceSum", 13, 1, optional: 1);
    public static readonly Op ReduceMean = new("ReduceMean", 18, 1, optional: 1);
    public static readonly Op ArgMax = new("ArgMax", 13, 1);

    // Moving elements and reading sizes.
    public static readonly Op Reshape = new("Reshape", 19, 2);
    public static readonly Op Transpose = new("Transpose", 13, 1);
    public static readonly Op Unsqueeze = new("Unsqueeze", 13, 2);
    public static readonly Op Concat = new("Concat", 13, 1, optional: Many);
    public static readonly Op Split = new("Split", 18, 1, optional: 1, outputs: Many);
    public static readonly Op Gather = new("Gather", 13, 2);
    public static readonly Op Slice = new("Slice", 13, 3, optional: 2);
    public static readonly Op Pad = new("Pad", 19, 2, optional: 2);
    public static readonly Op Expand = new("Expand", 13, 2);
    public static readonly Op ScatterElements = new("ScatterElements", 18, 3);
    public static readonly Op Shape = new("Shape", 19, 1);
    public static readonly Op Size = new("Size", 19, 1);

    public static IReadOnlyList<Op> All { get; } =
        [.. typeof(Op).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(Op))
        .Select(f => (Op)f.GetValue(null)!)];

    public override string ToString() => Name;
}
