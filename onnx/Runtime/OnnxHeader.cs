namespace Alignment.Onnx.Runtime;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">The name it is bound by.</param>
/// <param name="Type">float32, int64, …</param>
/// <param name="Dims">Fixed sizes; null where a size is free.</param>
/// <param name="DimNames">The name of a free size ("?" without a name), or the fixed size.</param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<long?> Dims, IReadOnlyList<string> DimNames)
{
    /// <summary>"[batch, 4, height, width]".</summary>
    public string Shape => $"[{string.Join(", ", DimNames)}]";
}

/// <summary>The header of a model's file.</summary>
/// <param name="Inputs">In the file's order, without initializers that repeat as inputs.</param>
/// <param name="Outputs">In the file's order.</param>
/// <param name="Parameters">Stored elements of all initializers.</param>
/// <param name="ExternalFiles">Full paths of the external data files, in ordinal order.</param>
/// <param name="Opset">Version of the standard operator set; 0 where unknown.</param>
sealed record OnnxHeader(
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs,
    long Parameters,
    IReadOnlyList<string> ExternalFiles,
    long Opset)
{
    /// <summary>The floating-point type of most stored elements: float32, float16, …; float32 where there are none.</summary>
    public string WeightType { get; init; } = "float32";
}
