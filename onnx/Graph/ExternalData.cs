using Alignment.Onnx.Proto;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Graph;

/// <summary>
/// Streams weights into a graph's external data. Tensors start at multiples of 64 KiB, Windows' granularity, so that a runtime can map
/// them.
/// </summary>
sealed class ExternalData(Stream to, string location)
{
    public const int AlignmentBytes = 1 << 16;

    // Elements read and written at a time.
    public const int ChunkElements = 1 << 18;

    static readonly byte[] s_zeros = new byte[AlignmentBytes];
    long _at;

    // Writes a tensor and returns the reference to it.
    public TensorProto Add(Value weight, IWeights weights, Action<long> wrote, CancellationToken cancellationToken)
    {
        int padding = (int)(-_at & (AlignmentBytes - 1));
        to.Write(s_zeros, 0, padding);
        long offset = _at += padding;
        _at += Copy(weight, weights, to.Write, wrote, cancellationToken);
        return Reference(weight, weight.Type, location, offset);
    }

    public static TensorProto Reference(Value weight, ElementType stored, string location, long offset)
    {
        long length = checked(weight.Shape.Elements * stored.Size());
        var tensor = new TensorProto { Name = weight.Name, DataType = (int)stored, DataLocation = TensorProto.Types.Location.External };
        tensor.Dims.Add(weight.Shape.Numbers);
        foreach (var (key, value) in new[] { ("location", location), ("offset", $"{offset}"), ("length", $"{length}") })
            tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        return tensor;
    }

    public delegate void Sink(ReadOnlySpan<byte> bytes);

    public static long Copy(Value weight, IWeights weights, Sink sink, Action<long> wrote, CancellationToken cancellationToken) =>
        weight.Type switch
        {
            // ONNX data is little-endian, as is every machine .NET 10 runs on.
            ElementType.Float32 => Copy<float>(weight, weights.Read, sink, wrote, cancellationToken),
            ElementType.Float16 => Copy<Half>(weight, weights.Read, sink, wrote, cancellationToken),
            _ => throw new NotSupportedException($"Weights are written as Float32 or Float16; '{weight.Name}' is {weight.Type}."),
        };

    delegate void Reader<T>(string name, long start, Span<T> into);

    static long Copy<T>(Value weight, Reader<T> read, Sink sink, Action<long> wrote, CancellationToken cancellationToken)
        where T : unmanaged
    {
        long count = weight.Shape.Elements;
        using var piece = new Rented<T>((int)Math.Min(count, ChunkElements));
        for (long start = 0; start < count; start += ChunkElements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<T> part = piece.Span[..(int)Math.Min(ChunkElements, count - start)];
            read(weight.Name, start, part);
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(part);
            sink(bytes);
            wrote(bytes.Length);
        }
        return count * weight.Type.Size();
    }
}
