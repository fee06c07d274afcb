namespace Alignment.Onnx.Weights;

/// <summary>By safetensors' names; those not <see cref="WeightTypes.IsReadable"/> can only be inspected.</summary>
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
    public static int Bytes(this WeightType type) => type switch
    {
        WeightType.I64 or WeightType.F64 or WeightType.U64 => 8,
        WeightType.F32 or WeightType.I32 or WeightType.U32 => 4,
        WeightType.F16 or WeightType.BF16 or WeightType.I16 or WeightType.U16 => 2,
        _ => 1,
    };

    // Floats that widen exactly to float32.
    public static bool IsReadable(this WeightType type) => type is WeightType.F32 or WeightType.F16 or WeightType.BF16;
}

// A named tensor without its values.
sealed record WeightInfo(string Name, WeightType Type, IReadOnlyList<long> Shape)
{
    // "[320, 4, 3, 3]".
    public string Sides => $"[{string.Join(", ", Shape)}]";

    public long Count => Shape.Aggregate(1L, (n, d) => checked(n * d));

    /// <summary>Throws where elements <paramref name="start"/> … are not all in the tensor.</summary>
    public void CheckRange(long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Count - length);
    }
}

interface IWeights
{
    IReadOnlyDictionary<string, WeightInfo> Infos { get; }

    /// <summary>
    /// Elements <paramref name="start"/> … in row-major order, F16 and BF16 widened exactly. Callers read big tensors in chunks.
    /// </summary>
    void Read(string name, long start, Span<float> into);

    /// <summary>
    /// F16 as stored, anything else rounded to nearest; a number beyond float16's 65504 is a <see cref="BadDataException"/>.
    /// </summary>
    void Read(string name, long start, Span<Half> into) => WeightBytes.ReadNarrowed(this, name, start, into);
}

// Weights that others may refer to instead of copying them.
interface IPlacedWeights : IWeights
{
    // Null where a tensor is no plain run of elements.
    WeightPlace? Find(string name);
}

// A file's full path and an offset in bytes, which need not be aligned.
sealed record WeightPlace(string Path, long Offset, WeightType Type);
