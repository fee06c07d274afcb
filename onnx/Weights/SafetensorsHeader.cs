using System.Buffers.Binary;

namespace Alignment.Onnx.Weights;

// Places in the data part of a file.
readonly record struct SafetensorsEntry(WeightInfo Info, long Begin, long End);

/// <summary>
/// Checked in full before use: <c>u64 little-endian n | n bytes of JSON {name: {dtype, shape, data_offsets: [begin, end]}, "__metadata__":
/// {string: string}} | data</c>.
/// </summary>
sealed class SafetensorsHeader
{
    // The reference implementation's limit.
    public const long MaxBytes = 100_000_000;

    const string MetadataKey = "__metadata__";

    readonly string _subject;

    SafetensorsHeader(string subject, long dataStart)
    {
        _subject = subject;
        DataStart = dataStart;
    }

    public Dictionary<string, SafetensorsEntry> Entries { get; } = [];
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>The file offset that <see cref="SafetensorsEntry.Begin"/> counts from.</summary>
    public long DataStart { get; }

    public static SafetensorsHeader Read(Stream file, string path)
    {
        string subject = $"The safetensors file '{path}'";
        long length = file.Length;
        Span<byte> prefix = stackalloc byte[8];
        if (length < prefix.Length) throw Bad(subject, $"{length} bytes", "at least the 8 bytes of the header length");
        file.ReadExactly(prefix);
        ulong n = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (n > MaxBytes) throw Bad(subject, $"a header of {n} bytes", $"at most {MaxBytes}");
        if ((long)n > length - 8) throw Bad(subject, $"a header of {n} bytes in a file of {length}",
            "a header inside the file (is it truncated?)");
        byte[] json = new byte[n];
        file.ReadExactly(json);

        var header = new SafetensorsHeader(subject, 8 + (long)n);
        StrictJson.Read(subject, json, root => { header.Parse(root); return true; });
        header.CheckLayout(length - header.DataStart);
        return header;
    }

    void Parse(JsonElement root)
    {
        foreach (JsonProperty tensor in root.EnumerateObject())
        {
            if (tensor.Name == MetadataKey)
                foreach (JsonProperty text in tensor.Value.EnumerateObject())
                    Metadata.Add(text.Name, text.Value.GetString() ?? throw Bad(_subject, "null in its metadata", "texts"));
            else
                Entries.Add(tensor.Name, ParseTensor(tensor.Name, tensor.Value));
        }
    }

    SafetensorsEntry ParseTensor(string name, JsonElement fields)
    {
        string? dtype = null;
        long[]? shape = null, offsets = null;
        foreach (JsonProperty field in fields.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype": dtype = field.Value.GetString(); break;
                case "shape": shape = [.. field.Value.EnumerateArray().Select(d => d.GetInt64())]; break;
                case "data_offsets": offsets = [.. field.Value.EnumerateArray().Select(d => d.GetInt64())]; break;
                default: throw BadTensor(name, $"the field '{SafePath.Shorten(field.Name)}'", "dtype, shape and data_offsets");
            }
        }
        if (dtype is null || shape is null || offsets is not { Length: 2 })
            throw BadTensor(name, "not all its fields", "dtype, shape and two data_offsets");
        // By exact name: Enum.Parse would also take numbers.
        if (!Enum.GetNames<WeightType>().Contains(dtype))
            throw BadTensor(name, $"the dtype '{SafePath.Shorten(dtype)}'", string.Join(", ", Enum.GetNames<WeightType>()));
        var type = Enum.Parse<WeightType>(dtype);
        if (shape.Any(d => d < 0)) throw BadTensor(name, $"the shape {Text(shape)}", "sizes of 0 or more");

        long bytes;
        try { bytes = shape.Aggregate((long)type.Bytes(), (n, d) => checked(n * d)); }
        catch (OverflowException) { throw BadTensor(name, $"the shape {Text(shape)}", "a size that a file can have"); }
        if (offsets[0] < 0 || offsets[1] < offsets[0]) throw BadTensor(name, $"data_offsets {Text(offsets)}", "0 <= begin <= end");
        if (offsets[1] - offsets[0] != bytes)
            throw BadTensor(name, $"{offsets[1] - offsets[0]} bytes for {dtype} {Text(shape)}", $"{bytes} bytes");
        return new(new(name, type, shape), offsets[0], offsets[1]);
    }

    // Sorted by place, the tensors must follow one another from 0 to the file's end.
    void CheckLayout(long dataBytes)
    {
        long at = 0;
        foreach (SafetensorsEntry e in Entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (e.Begin != at)
                throw BadTensor(e.Info.Name, $"data beginning at {e.Begin}",
                    $"{at}, where the tensor before it ends ({(e.Begin < at ? "they overlap" : "there is a hole")})");
            at = e.End;
        }
        if (at != dataBytes) throw Bad(_subject, $"{dataBytes} bytes of data",
            $"{at}, as its header says (is it {(dataBytes < at ? "truncated" : "longer than written")}?)");
    }

    BadDataException BadTensor(string tensor, string found, string expected) =>
        Bad($"{_subject}, tensor '{SafePath.Shorten(tensor)}'", found, expected);

    static BadDataException Bad(string subject, string found, string expected) =>
        BadDataException.For(subject, found, expected, "Download or export the file again.");

    static string Text(IEnumerable<long> n) => $"[{SafePath.Shorten(string.Join(", ", n))}]";
}
