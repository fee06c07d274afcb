namespace Alignment.Onnx.Weights;

/// <summary>
/// The tensors of a PyTorch file (torch.save of a state dict), by name; a nested dict adds its key and a dot. Nothing in it is run (<see
/// cref="PickleMachine"/>). Since PyTorch 1.6 a zip of stored entries <c>NAME/data.pkl</c>, <c>NAME/data/KEY</c> and optionally
/// <c>NAME/byteorder</c>; before: <see cref="TorchLegacy"/>. Mapped; thread-safe until disposed.
/// </summary>
sealed class TorchCheckpoint : IWeights, IDisposable
{
    // The pickle of a hundred thousand tensors, without their data.
    public const int MostPickleBytes = 16 << 20;

    const int MostDepth = 16;
    const int LongestName = 1000;
    const string PickleName = "/data.pkl";

    // Elements gathered at a time from a view that is not row-major.
    const int Gathered = 1 << 10;

    readonly Dictionary<string, TorchTensor> _tensors = [];
    readonly Dictionary<string, WeightInfo> _infos = [];
    readonly Dictionary<string, FilePart> _storages;
    readonly MappedFile _file;
    readonly string _subject;
    int _visited;

    TorchCheckpoint(string path, MappedFile file)
    {
        (_file, _subject) = (file, $"The PyTorch file '{path}'");
        (object? root, _storages) = TorchZip.IsZip(file) ? ReadZip() : TorchLegacy.IsLegacy(file) ? TorchLegacy.Read(file, _subject)
            : throw Unknown();
        if (root is not PickleDict dict) throw Bad("an object that is no dict", "a dict of tensors, as model.state_dict() gives");
        Flatten("", dict, depth: 0);
        if (_tensors.Count == 0) throw Bad("no tensor", "a dict of tensors, as model.state_dict() gives");
    }

    // Throws where the file is missing, inconsistent, or holds more than data.
    public static TorchCheckpoint Open(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            using var stream = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length == 0) throw BadDataException.For($"The PyTorch file '{full}'", "0 bytes", "a file that torch.save wrote",
                "Download or save the file again.");
            return Disposables.Guard(new MappedFile(stream), file => new TorchCheckpoint(full, file));
        }
        catch (Exception e) when (e.IsOfFile())
        {
            throw BadDataException.Unreadable($"The PyTorch file '{full}'", e, "Check the path and its permissions.");
        }
    }

    public IReadOnlyDictionary<string, WeightInfo> Infos => _infos;

    /// <summary>Throws <see cref="BadDataException"/> where there is no such tensor, or one that is not F32, F16 or BF16.</summary>
    public void Read(string name, long start, Span<float> into)
    {
        if (!_tensors.TryGetValue(name, out TorchTensor? tensor))
            throw Bad($"no tensor '{SafePath.Shorten(name)}' among its {_tensors.Count}", "one of that name");
        WeightInfo info = _infos[name];
        if (!info.Type.IsReadable()) throw Bad($"{info.Type} numbers in the tensor '{SafePath.Shorten(name)}'", "F32, F16 or BF16");
        info.CheckRange(start, into.Length);
        if (into.IsEmpty) return;
        FilePart storage = _storages[tensor.Storage.Key];
        int size = info.Type.Bytes();
        if (tensor.IsContiguous) WeightBytes.Widen(info.Type,
            _file.Bytes(storage.Begin + (tensor.Offset + start) * size, checked(into.Length * size)), into);
        else Gather(tensor, storage, start, into, info.Type);
    }

    public void Dispose() => _file.Dispose();

    // Row-major order from a view with any strides.
    void Gather(TorchTensor tensor, FilePart storage, long start, Span<float> into, WeightType type)
    {
        int size = type.Bytes(), rank = tensor.Shape.Length;
        var index = new long[rank];
        long place = tensor.Offset, rest = start;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            (rest, index[axis]) = Math.DivRem(rest, tensor.Shape[axis]);
            place += index[axis] * tensor.Strides[axis];
        }
        Span<byte> bytes = stackalloc byte[Gathered * sizeof(float)];
        for (int done = 0; done < into.Length;)
        {
            int piece = Math.Min(Gathered, into.Length - done);
            for (int i = 0; i < piece; i++)
            {
                _file.Bytes(storage.Begin + place * size, size).CopyTo(bytes[(i * size)..]);
                for (int axis = rank - 1; axis >= 0; axis--)
                {
                    place += tensor.Strides[axis];
                    if (++index[axis] < tensor.Shape[axis]) break;
                    place -= index[axis] * tensor.Strides[axis];
                    index[axis] = 0;
                }
            }
            WeightBytes.Widen(type, bytes[..(piece * size)], into.Slice(done, piece));
            done += piece;
        }
    }

    (object? Root, Dictionary<string, FilePart> Storages) ReadZip()
    {
        var entries = TorchZip.Read(_file, _subject).Entries;
        string[] pickles = [.. entries.Keys.Where(n => n.EndsWith(PickleName, StringComparison.Ordinal)
            && n.IndexOf('/', StringComparison.Ordinal) == n.Length - PickleName.Length)];
        if (pickles is not [var pickle]) throw Bad($"{pickles.Length} entries NAME/data.pkl in the archive", "one, as torch.save writes");
        string root = pickle[..^PickleName.Length];
        if (entries.ContainsKey($"{root}/constants.pkl"))
            throw Bad("a TorchScript program", "a dict of tensors, as torch.save(model.state_dict(), …) writes");
        if (entries.TryGetValue($"{root}/byteorder", out FilePart order)
            && (order.Length != 6 || Encoding.Latin1.GetString(_file.Bytes(order.Begin, 6)) != "little"))
            throw Bad("numbers of a big-endian machine", "little-endian ones");
        FilePart part = entries[pickle];
        if (part.Length > MostPickleBytes) throw Bad($"a pickle of {part.Length} bytes", $"at most {MostPickleBytes}");
        object? result = new PickleMachine(_subject, _file.Bytes(part.Begin, (int)part.Length).ToArray()).Run();
        string data = $"{root}/data/";
        return (result, entries.Where(e => e.Key.StartsWith(data, StringComparison.Ordinal))
            .ToDictionary(e => e.Key[data.Length..], e => e.Value));
    }

    // Dicts can be shared or contain themselves, so visits are counted.
    void Flatten(string prefix, PickleDict dict, int depth)
    {
        if (depth > MostDepth) throw Bad($"dicts nested more than {MostDepth} deep", "a dict of tensors");
        foreach ((object key, object? value) in dict.Items)
        {
            if (++_visited > PickleMachine.MostObjects) throw Bad($"more than {PickleMachine.MostObjects} entries", "a model's tensors");
            string name = prefix + Convert.ToString(key, CultureInfo.InvariantCulture);
            // Outer names repeat in inner ones: long ones would multiply.
            if (name.Length > LongestName) throw Bad($"a name of {name.Length} characters", $"at most {LongestName}");
            if (value is PickleDict inner) Flatten(name + ".", inner, depth + 1);
            else if (value is TorchTensor tensor) Add(name, tensor);
        }
    }

    void Add(string name, TorchTensor tensor)
    {
        string shown = SafePath.Shorten(name, 160);
        if (!_storages.TryGetValue(tensor.Storage.Key, out FilePart part))
            throw Bad($"no storage '{tensor.Storage.Key}' for the tensor '{shown}'", "one in the file");
        if (part.Length != tensor.Storage.Bytes) throw Bad($"{part.Length} bytes in the storage of the tensor '{shown}'",
            $"{tensor.Storage.Bytes}, as its pickle says");
        if (!_tensors.TryAdd(name, tensor)) throw Bad($"two tensors '{shown}'", "different names");
        _infos.Add(name, new(name, tensor.Storage.Type, tensor.Shape));
    }

    BadDataException Unknown()
    {
        int count = (int)Math.Min(_file.Length, 512);
        ReadOnlySpan<byte> start = _file.Bytes(0, count);
        string found = count >= 262 && start[257..262].SequenceEqual("ustar"u8) ? "a tar archive, PyTorch's form before 0.2"
            : start[0] == 0x80 ? "a pickle that torch.save did not write" : "neither a zip archive nor PyTorch's older form";
        return BadDataException.For(_subject, found, "a file that torch.save wrote",
            "Load it in PyTorch and save the state_dict() again, or convert it to safetensors.");
    }

    BadDataException Bad(string found, string expected) => BadDataException.For(_subject, found, expected,
        "Check that this is the model's state_dict(); download or save it again, or convert it to safetensors.");
}
