using Field = Alignment.Onnx.Runtime.ProtoReader.Field;

namespace Alignment.Onnx.Runtime;

// TensorProto, and where its weights are stored.
sealed partial class OnnxFileCheck
{
    void Tensor(Field field, bool initializer)
    {
        var dims = new List<long>();
        string name = "";
        long type = 0, location = 0, raw = -1, rawAt = 0;
        var external = new Dictionary<string, string>();
        Nested(field, f =>
        {
            switch (f.Number)
            {
                case 1: _proto.Integers(f, Side); return true;
                case 2: type = _proto.Integer(f); return true;
                case 8: name = _proto.Text(f); return true;
                case 9: raw = _proto.Skip(f); rawAt = _proto.Position - raw; return true;
                case 13: External(f, external); return true;
                case 14: location = _proto.Integer(f); return true;
                default: return false;
            }
        });
        void Side(long d)
        {
            if (dims.Count == 64) throw new InvalidDataException("a tensor of more than 64 axes");
            dims.Add(d);
        }
        string subject = $"{_subject}, tensor '{SafePath.Shorten(name)}'";
        (string typeName, int size) = type >= 0 && type < s_types.Length ? s_types[type] : ("unknown", 0);
        long count, bytes;
        try
        {
            count = dims.Any(d => d < 0) ? throw new OverflowException() : dims.Aggregate(1L, (n, d) => checked(n * d));
            bytes = checked(count * size);
        }
        catch (OverflowException)
        {
            throw Bad(subject, $"the shape [{string.Join(", ", dims)}]", "sizes that a tensor can have");
        }
        bool isExternal = location != 0 || external.Count > 0;
        (string Path, long Offset)? outside = isExternal ? CheckExternal(subject, external, size == 0 ? -1 : bytes) : null;
        if (!isExternal && raw >= 0 && size != 0 && raw != bytes) throw Bad(subject, $"{raw} bytes for {count} elements", $"{bytes} bytes");
        if (!initializer) return;
        _initializers.Add(name);
        _tensors.Add(new(name, typeName, dims, outside?.Path, outside?.Offset ?? (raw >= 0 ? rawAt : -1)));
        _parameters = unchecked(_parameters + count);
    }

    void External(Field field, Dictionary<string, string> into)
    {
        string key = "", text = "";
        Nested(field, f =>
        {
            switch (f.Number)
            {
                case 1: key = _proto.Text(f); return true;
                case 2: text = _proto.Text(f); return true;
                default: return false;
            }
        });
        // With two locations, ONNX Runtime might read another one than was checked.
        if (!into.TryAdd(key, text)) throw new InvalidDataException($"the external-data key '{SafePath.Shorten(key)}' twice");
    }

    /// <summary>The weights must lie within a file of the model's folder and have <paramref name="bytes"/> bytes (-1: unknown).</summary>
    (string Path, long Offset) CheckExternal(string subject, Dictionary<string, string> external, long bytes)
    {
        string location = external.GetValueOrDefault("location", "");
        if (_folder is null) throw Bad(subject, $"weights in another file ('{SafePath.Shorten(location)}')",
            "a model in memory that holds all its weights");
        string path = SafePath.Relative(_folder, location, $"{subject}, whose weights lie in another file");
        if (!_external.TryGetValue(path, out long fileLength))
        {
            if (!File.Exists(path)) throw Bad(subject, $"no file '{SafePath.Shorten(location)}' beside the model",
                "the file that holds its weights");
            _external[path] = fileLength = new FileInfo(path).Length;
        }
        long offset = Number(subject, external, "offset") ?? 0;
        long length = Number(subject, external, "length") ?? (bytes >= 0 ? bytes : fileLength - offset);
        if (offset > fileLength || length > fileLength - offset)
            throw Bad(subject, $"bytes {offset} to {offset} + {length} of '{SafePath.Shorten(location)}', which has {fileLength}",
                "a place inside that file (is it truncated?)");
        if (bytes >= 0 && length != bytes) throw Bad(subject, $"{length} bytes in '{SafePath.Shorten(location)}'",
            $"{bytes}, as its shape says");
        return (path, offset);
    }

    static long? Number(string subject, Dictionary<string, string> external, string key)
    {
        if (!external.TryGetValue(key, out string? text)) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long n)
            ? n
            : throw Bad(subject, $"the {key} '{SafePath.Shorten(text)}'", "a whole number of 0 or more");
    }
}
