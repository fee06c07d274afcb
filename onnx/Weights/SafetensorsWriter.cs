using System.Buffers.Binary;
using System.Text.Encodings.Web;

namespace Alignment.Onnx.Weights;

/// <summary><paramref name="Fill"/> writes row-major little-endian bytes.</summary>
sealed record SafetensorsTensor(WeightInfo Info, Action<Stream> Fill)
{
    public static SafetensorsTensor Floats(string name, IReadOnlyList<long> shape, ReadOnlyMemory<float> values) =>
        Of(new(name, WeightType.F32, shape), values);

    public static SafetensorsTensor Integers(string name, IReadOnlyList<long> shape, ReadOnlyMemory<long> values) =>
        Of(new(name, WeightType.I64, shape), values);

    static SafetensorsTensor Of<T>(WeightInfo info, ReadOnlyMemory<T> values) where T : unmanaged
    {
        if (info.Count != values.Length)
            throw new ArgumentException($"'{info.Name}' has {info.Count} elements by its shape but {values.Length} values.",
                nameof(values));
        return new(info, to =>
        {
            // In pieces: a span of bytes is at most 2 GB.
            for (int at = 0; at < values.Length; at += 1 << 20)
                to.Write(MemoryMarshal.AsBytes(values.Span[at..Math.Min(values.Length, at + (1 << 20))]));
        });
    }
}

/// <summary>
/// Files whose bytes do not depend on the tensors' order: the widest type first, then names in ordinal order, so that tensors are aligned;
/// the header is padded to 8 bytes.
/// </summary>
static class SafetensorsWriter
{
    static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><paramref name="durable"/> as for <see cref="AtomicFile.Write"/>.</summary>
    public static void Write(string path, IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null,
        bool durable = true)
    {
        SafetensorsTensor[] sorted = [.. tensors.OrderByDescending(t => t.Info.Type.Bytes())
            .ThenBy(t => t.Info.Name, StringComparer.Ordinal)];
        byte[] header = Header(sorted, metadata);
        AtomicFile.Write(path, to =>
        {
            to.Write(header);
            foreach (SafetensorsTensor tensor in sorted)
            {
                long before = to.Position;
                tensor.Fill(to);
                long wrote = to.Position - before, due = ByteCount(tensor.Info);
                if (wrote != due)
                    throw new ArgumentException($"'{tensor.Info.Name}' wrote {wrote} bytes instead of {due}.", nameof(tensors));
            }
        }, durable);
    }

    static byte[] Header(SafetensorsTensor[] sorted, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string text) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, text);
                json.WriteEndObject();
            }
            long at = 0;
            var names = new HashSet<string>() { "__metadata__" };
            foreach (WeightInfo info in sorted.Select(t => t.Info))
            {
                if (!names.Add(info.Name)) throw new ArgumentException($"The name '{info.Name}' is taken already.", nameof(sorted));
                json.WriteStartObject(info.Name);
                json.WriteString("dtype", info.Type.ToString());
                WriteNumbers(json, "shape", info.Shape);
                WriteNumbers(json, "data_offsets", [at, at += ByteCount(info)]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        byte[] header = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long n in numbers) json.WriteNumberValue(n);
        json.WriteEndArray();
    }

    static long ByteCount(WeightInfo info) => checked(info.Count * info.Type.Bytes());
}
