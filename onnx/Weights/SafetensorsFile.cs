namespace Alignment.Onnx.Weights;

/// <summary>
/// Opening reads and checks the header only (https://github.com/huggingface/safetensors). Thread-safe until disposed. Read, not mapped:
/// touching a mapping's pages took six times as long, and truncating a mapped file would end the process.
/// </summary>
sealed class SafetensorsFile : IWeights, IDisposable
{
    readonly Dictionary<string, SafetensorsEntry> _entries;
    readonly FileStream _file;
    readonly long _dataStart;

    SafetensorsFile(string path, FileStream file)
    {
        Path = path;
        SafetensorsHeader header = SafetensorsHeader.Read(file, path);
        _entries = header.Entries;
        Metadata = header.Metadata;
        Infos = header.Entries.ToDictionary(e => e.Key, e => e.Value.Info);
        _dataStart = header.DataStart;
        _file = file;
    }

    // Checks layout, sizes, types and duplicate names.
    public static SafetensorsFile Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            return Disposables.Guard(new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read),
                file => new SafetensorsFile(full, file));
        }
        catch (Exception e) when (e.IsOfFile())
        {
            throw BadDataException.Unreadable($"The safetensors file '{full}'", e, "Check the path and its permissions.");
        }
    }

    public string Path { get; }
    public IReadOnlyDictionary<string, WeightInfo> Infos { get; }
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Throws <see cref="BadDataException"/> where there is no such tensor, or one that is not F32, F16 or BF16.</summary>
    public void Read(string name, long start, Span<float> into)
    {
        SafetensorsEntry entry = Find(name);
        if (!entry.Info.Type.IsReadable()) throw WrongType(entry.Info, "F32, F16 or BF16");
        int count = into.Length;
        WeightBytes.ReadWidened(entry.Info.Type, into, bytes => Read(entry, start, count, bytes));
    }

    public void Read(string name, long start, Span<Half> into)
    {
        SafetensorsEntry entry = Find(name);
        if (entry.Info.Type == WeightType.F16) Read(entry, start, into.Length, MemoryMarshal.AsBytes(into));
        else WeightBytes.ReadNarrowed(this, name, start, into);
    }

    // A whole tensor, below 2 GB.
    public float[] ReadFloats(string name)
    {
        float[] values = new float[WholeLength(Find(name).Info)];
        Read(name, 0, values);
        return values;
    }

    // A whole I64 tensor, below 2 GB.
    public long[] ReadIntegers(string name)
    {
        SafetensorsEntry entry = Find(name);
        if (entry.Info.Type != WeightType.I64) throw WrongType(entry.Info, "I64");
        var values = new long[WholeLength(entry.Info)];
        Read(entry, 0, values.Length, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public void Dispose() => _file.Dispose();

    void Read(SafetensorsEntry entry, long start, int count, Span<byte> into)
    {
        entry.Info.CheckRange(start, count);
        long at = _dataStart + entry.Begin + start * entry.Info.Type.Bytes();
        try
        {
            for (int n; into.Length > 0; into = into[n..], at += n)
                if ((n = RandomAccess.Read(_file.SafeFileHandle, into, at)) == 0)
                    throw BadDataException.For($"The safetensors file '{Path}'", "that it is shorter than when it was opened",
                        "a file that nobody changes", "Run again.");
        }
        catch (Exception e) when (e.IsOfFile())
        {
            throw BadDataException.Unreadable($"The safetensors file '{Path}'", e, "Check the disk and run again.");
        }
    }

    SafetensorsEntry Find(string name) => _entries.TryGetValue(name, out SafetensorsEntry entry)
        ? entry
        : throw BadDataException.For($"The safetensors file '{Path}'", $"no tensor '{SafePath.Shorten(name)}' among its {_entries.Count}",
        "one of that name", "Check that this is the file of the model you meant.");

    int WholeLength(WeightInfo info) => info.Count <= int.MaxValue / info.Type.Bytes()
        ? (int)info.Count
        : throw BadDataException.For($"The safetensors file '{Path}', tensor '{info.Name}'", $"{info.Count} elements",
        "a tensor below 2 GB here", "Read it in chunks.");

    BadDataException WrongType(WeightInfo info, string expected) =>
        BadDataException.For($"The safetensors file '{Path}', tensor '{info.Name}'", $"dtype {info.Type}", expected,
        "Convert the tensor and run again.");
}
