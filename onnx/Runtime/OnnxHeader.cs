namespace Alignment.Onnx.Runtime;

/// <summary>An input or output of a model: name, element type and shape as text ("float32", "[batch, 4, height, width]").</summary>
/// <param name="Name">The name it is bound by.</param>
/// <param name="Type">float32, int64, …</param>
/// <param name="Dims">Fixed sizes, or null where the size is free or named.</param>
/// <param name="DimNames">The name of a free size, "?" where it has none, or the fixed size as text.</param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<long?> Dims, IReadOnlyList<string> DimNames)
{
    /// <summary>"[batch, 4, height, width]".</summary>
    public string Shape => $"[{string.Join(", ", DimNames)}]";
}

/// <summary>What the file of a model says about itself, read without loading the model.</summary>
/// <param name="Inputs">What must be fed, in the file's order; initializers that repeat as inputs are left out.</param>
/// <param name="Outputs">What comes out.</param>
/// <param name="Parameters">Number of stored elements, all initializers together.</param>
/// <param name="ExternalFiles">Full paths of the files beside the model that hold weights, each once, in ordinal order.</param>
/// <param name="Opset">Version of the standard operator set; 0 when the file does not say.</param>
public sealed record OnnxHeader(
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs,
    long Parameters,
    IReadOnlyList<string> ExternalFiles,
    long Opset)
{
    /// <summary>The floating-point type that most stored elements have: float32, float16, …; float32 where there are none.</summary>
    public string WeightType { get; init; } = "float32";
}
