namespace Alignment.Onnx.Runtime;

/// <summary>
/// An input or output of a model. Free sizes are null in <paramref name="Dims"/> and named (or "?") in <paramref name="DimNames"/>.
/// </summary>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<long?> Dims, IReadOnlyList<string> DimNames)
{
    public string Shape => $"[{string.Join(", ", DimNames)}]";
}

/// <summary>
/// <paramref name="Parameters"/> counts the initializers' elements; <paramref name="ExternalFiles"/> are full paths in ordinal order;
/// <paramref name="Opset"/> is 0 where unknown.
/// </summary>
sealed record OnnxHeader(
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs,
    long Parameters,
    IReadOnlyList<string> ExternalFiles,
    long Opset)
{
    /// <summary>The floating-point type of most stored elements.</summary>
    public string WeightType { get; init; } = "float32";
}
