namespace Alignment.Onnx.Weights;

/// <summary>How a stored number is encoded. The names are safetensors' own; <see cref="WeightTypes.IsReadable"/> says which can be read.</summary>
enum WeightType
{
    F32,
    F16,
    BF16,
    I64,
    // The rest is listed, so that a file holding it can be inspected, but not read.
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

/// <summary>Facts about the stored encodings.</summary>
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

    /// <summary>True for what <see cref="IWeights.Read(string, long, Span{float})"/> accepts: floats that widen exactly to float32.</summary>
    public static bool IsReadable(this WeightType type) => type is WeightType.F32 or WeightType.F16 or WeightType.BF16;
}

/// <summary>One named tensor of a model: its stored type and its shape, without its values.</summary>
sealed record WeightInfo(string Name, WeightType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements (1 for a scalar).</summary>
    public long Count => Shape.Aggregate(1L, (n, d) => checked(n * d));
}

/// <summary>Named tensors that a model graph takes its values from: a safetensors file, a sharded set, or a seeded initialisation.</summary>
interface IWeights
{
    /// <summary>Every tensor there is, by name.</summary>
    IReadOnlyDictionary<string, WeightInfo> Infos { get; }

    /// <summary>
    /// Reads elements <paramref name="start"/> … of <paramref name="name"/> as float32 (F16 and BF16 widened exactly),
    /// in row-major order, filling <paramref name="into"/>. Callers read big tensors in chunks.
    /// </summary>
    void Read(string name, long start, Span<float> into);

    /// <summary>
    /// As the other form, in float16: F16 as it is stored, anything else rounded to nearest; below 2⁻²⁴ that is zero.
    /// </summary>
    /// <exception cref="BadDataException">A number is beyond float16's 65504; the tensor and the number are named.</exception>
    void Read(string name, long start, Span<Half> into) => WeightBytes.ReadNarrowed(this, name, start, into);
}

/// <summary>Weights that lie in files as plain runs of elements, so that others may refer to them instead of copying them.</summary>
interface IPlacedWeights : IWeights
{
    /// <summary>Where a tensor lies, or null where it is no plain run of elements.</summary>
    WeightPlace? Find(string name);
}

/// <summary>A tensor's place.</summary>
/// <param name="Path">The file's full path.</param>
/// <param name="Offset">Bytes before it; any number, also odd ones.</param>
/// <param name="Type">How its elements are stored.</param>
sealed record WeightPlace(string Path, long Offset, WeightType Type);
