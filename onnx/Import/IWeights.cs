namespace Alignment.Onnx.Import;

/// <summary>How a stored number is encoded. The names are safetensors' own.</summary>
public enum WeightType
{
    F32,
    F16,
    BF16,
    I64,
}

/// <summary>One named tensor of a model: its stored type and its shape, without its values.</summary>
public sealed record WeightInfo(string Name, WeightType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements (1 for a scalar).</summary>
    public long Count => Shape.Aggregate(1L, (n, d) => checked(n * d));
}

/// <summary>Named tensors that a model graph takes its values from: a safetensors file, a sharded set, or a seeded initialisation.</summary>
public interface IWeights
{
    /// <summary>Every tensor there is, by name.</summary>
    IReadOnlyDictionary<string, WeightInfo> Infos { get; }

    /// <summary>
    /// Reads elements <paramref name="start"/> … of <paramref name="name"/> as float32 (F16 and BF16 widened exactly),
    /// in row-major order, filling <paramref name="into"/>. Callers read big tensors in chunks.
    /// </summary>
    void Read(string name, long start, Span<float> into);
}
