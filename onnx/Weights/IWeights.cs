namespace Alignment.Onnx.Weights;

/// <summary>How a stored number is encoded, by safetensors' names. Those that are not <see cref="WeightTypes.IsReadable"/> can only be
/// inspected.</summary>
enum WeightType
{
    F32,
    F16,
    BF16,
    I64,
    F64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    BOOL,
}

static class WeightTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Bytes(this WeightType type) => type switch
    {
        WeightType.I64 or WeightType.F64 or WeightType.U64 => 8,
        WeightType.F32 or WeightType.I32 or WeightType.U32 => 4,
        WeightType.F16 or WeightType.BF16 or WeightType.I16 or WeightType.U16 => 2,
        _ => 1,
    };

    /// <summary>True for floats that widen exactly to float32.</summary>
    public static bool IsReadable(this WeightType type) => type is WeightType.F32 or WeightType.F16 or WeightType.BF16;
}

/// <summary>A named tensor without its values.</summary>
sealed record WeightInfo(string Name, WeightType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements (1 for a scalar).</summary>
    public long Count => Shape.Aggregate(1L, (n, d) => checked(n * d));

    /// <exception cref="ArgumentOutOfRangeException">Elements <paramref name="start"/> … are not all in the tensor.</exception>
    public void CheckRange(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Count - length);
    }
}

/// <summary>Named tensors that fill a model graph: a safetensors file, a sharded set, a seeded initialisation.</summary>
interface IWeights
{
    IReadOnlyDictionary<string, WeightInfo> Infos { get; }

    /// <summary>
    /// Fills <paramref name="into"/> with elements <paramref name="start"/> … of <paramref name="name"/> in row-major order, F16 and BF16
    /// widened exactly. Callers read big tensors in chunks.
    /// </summary>
    void Read(string name, long start, Span<float> into);

    /// <summary>In float16: F16 as stored, anything else rounded to nearest.</summary>
    /// <exception cref="BadDataException">A number is beyond float16's 65504; the tensor and the number are named.</exception>
    void Read(string name, long start, Span<Half> into) => WeightBytes.ReadNarrowed(this, name, start, into);
}

/// <summary>Weights in files that others may refer to instead of copying them.</summary>
interface IPlacedWeights : IWeights
{
    /// <summary>Null where a tensor is no plain run of elements.</summary>
    WeightPlace? Find(string name);
}

/// <summary>Where a tensor is stored: a file's full path and an offset in bytes, which need not be aligned.</summary>
sealed record WeightPlace(string Path, long Offset, WeightType Type);
