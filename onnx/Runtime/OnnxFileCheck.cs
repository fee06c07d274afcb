using System.Globalization;
using Field = Alignment.Onnx.Runtime.ProtoReader.Field;

namespace Alignment.Onnx.Runtime;

/// <summary>
/// Reads the header of an ONNX file and refuses what must not reach ONNX Runtime: a file that is no protobuf or cut short,
/// weights said to lie outside the model's own folder or beyond their file, sizes that do not fit. Field numbers are ONNX's
/// own (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
/// </summary>
public sealed class OnnxFileCheck
{
    /// <summary>ONNX element types by number, with bytes per element (0: not fixed, packed below a byte, or text).</summary>
    static readonly (string Name, int Bytes)[] s_types =
    [
        ("undefined", 0), ("float32", 4), ("uint8", 1), ("int8", 1), ("uint16", 2), ("int16", 2), ("int32", 4), ("int64", 8), ("string", 0),
        ("bool", 1), ("float16", 2), ("float64", 8), ("uint32", 4), ("uint64", 8), ("complex64", 8), ("complex128", 16), ("bfloat16", 2),
        ("float8e4m3fn", 1), ("float8e4m3fnuz", 1), ("float8e5m2", 1), ("float8e5m2fnuz", 1), ("uint4", 0), ("int4", 0), ("float4e2m1", 0),
    ];

    readonly string _subject;
    readonly string _folder;
    readonly ProtoReader _proto;
    readonly List<OnnxValue> _inputs = [], _outputs = [];
    readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> _external = new(StringComparer.Ordinal);
    long _parameters, _opset;
    bool _sawGraph;

    OnnxFileCheck(string path, Stream file)
    {
        _subject = $"The model '{path}'";
        _folder = Path.GetDirectoryName(path)!;
        _proto = new(file);
    }

    /// <summary>Checks the file and tells what it holds. Costs one pass over the graph; weights are skipped, not read.</summary>
    /// <exception cref="BadDataException">The file is not there or not as it must be; a tensor at fault is named.</exception>
    public static OnnxHeader Read(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            using var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            var check = new OnnxFileCheck(full, file);
            check.Model();
            if (!check._sawGraph) throw new InvalidDataException("no graph");
            return check.Header();
        }
        catch (InvalidDataException e)
        {
            throw BadDataException.For($"The model '{full}'", e.Message, "an ONNX model (a protobuf file)", "It may be truncated or another kind of file: export, import or download it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BadDataException.For($"The model '{full}'", $"that it cannot be read ({e.Message.TrimEnd('.')})", "a readable file", "Check the bundle's folder and its permissions.", e);
        }
    }

    OnnxHeader Header() => new(
        [.. _inputs.Where(i => !_initializers.Contains(i.Name))], _outputs, _parameters,
        [.. _external.Keys.Order(StringComparer.Ordinal)], _opset);

    /// <summary>Calls <paramref name="known"/> on each field of the current message; what it does not take is skipped.</summary>
    void Fields(Func<Field, bool> known)
    {
        while (_proto.Next(out Field field))
            if (!known(field)) _proto.Skip(field);
    }

    void Nested(Field field, Func<Field, bool> known) => _proto.Message(field, () => Fields(known));

    /// <summary>ModelProto.</summary>
    void Model() => Fields(f =>
    {
        switch (f.Number)
        {
            case 7: _sawGraph = true; Graph(f, top: true); return true;
            case 8: Opset(f); return true;
            case 20: Nested(f, g => { bool graph = g.Number is 1 or 2; if (graph) Graph(g, top: false); return graph; }); return true;   // training_info
            case 25: Nested(f, n => { bool node = n.Number == 7; if (node) Node(n); return node; }); return true;                      // functions
            default: return false;
        }
    });

    void Opset(Field field)
    {
        string domain = "";
        long version = 0;
        Nested(field, f =>
        {
            switch (f.Number)
            {
                case 1: domain = _proto.Text(f); return true;
                case 2: version = _proto.Integer(f); return true;
                default: return false;
            }
        });
        if (domain is "" or "ai.onnx") _opset = version;
    }

    void Graph(Field field, bool top) => Nested(field, f =>
    {
        switch (f.Number)
        {
            case 1: Node(f); return true;
            case 5: Tensor(f, top); return true;
            case 15: SparseTensor(f); return true;
            case 11 when top: _inputs.Add(Value(f)); return true;
            case 12 when top: _outputs.Add(Value(f)); return true;
            default: return false;
        }
    });

    /// <summary>NodeProto: only its attributes can hold tensors and graphs.</summary>
    void Node(Field field) => Nested(field, attribute =>
    {
        if (attribute.Number != 5) return false;
        Nested(attribute, f =>
        {
            switch (f.Number)
            {
                case 5 or 10: Tensor(f, initializer: false); return true;
                case 6 or 11: Graph(f, top: false); return true;
                case 22 or 23: SparseTensor(f); return true;
                default: return false;
            }
        });
        return true;
    });

    void SparseTensor(Field field) => Nested(field, f =>
    {
        bool tensor = f.Number is 1 or 2;
        if (tensor) Tensor(f, initializer: false);
        return tensor;
    });

    void Tensor(Field field, bool initializer)
    {
        var dims = new List<long>();
        string name = "";
        long type = 0, location = 0, raw = -1;
        var external = new Dictionary<string, string>(StringComparer.Ordinal);
        Nested(field, f =>
        {
            switch (f.Number)
            {
                case 1: _proto.Integers(f, d => { if (dims.Count < 64) dims.Add(d); else throw new InvalidDataException("a tensor of more than 64 axes"); }); return true;
                case 2: type = _proto.Integer(f); return true;
                case 8: name = _proto.Text(f); return true;
                case 9: raw = _proto.Skip(f); return true;
                case 13: External(f, external); return true;
                case 14: location = _proto.Integer(f); return true;
                default: return false;
            }
        });
        string subject = $"{_subject}, tensor '{SafePath.Shorten(name)}'";
        (_, int size) = type >= 0 && type < s_types.Length ? s_types[type] : ("", 0);
        long count, bytes;
        try
        {
            count = dims.Any(d => d < 0) ? throw new OverflowException() : dims.Aggregate(1L, (n, d) => checked(n * d));
            bytes = checked(count * size);
        }
        catch (OverflowException)
        {
            throw Bad(subject, $"the shape [{string.Join(", ", dims.Select(Text))}]", "sizes that a tensor can have");
        }
        bool isExternal = location != 0 || external.Count > 0;
        if (isExternal) CheckExternal(subject, external, size == 0 ? -1 : bytes);
        else if (raw >= 0 && size != 0 && raw != bytes) throw Bad(subject, $"{Text(raw)} bytes for {Text(count)} elements", $"{Text(bytes)} bytes");
        if (!initializer) return;
        _initializers.Add(name);
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
        // Which of two locations a reader takes is anybody's guess; ours must not be another than ONNX Runtime's.
        if (!into.TryAdd(key, text)) throw new InvalidDataException($"the external-data key '{SafePath.Shorten(key)}' twice");
    }

    /// <summary>The weights must lie within a file of the model's folder; <paramref name="bytes"/> is what the shape asks for, -1 where the type does not say.</summary>
    void CheckExternal(string subject, Dictionary<string, string> external, long bytes)
    {
        string location = external.GetValueOrDefault("location", "");
        string path = SafePath.Relative(_folder, location, $"{subject}, whose weights lie in another file");
        if (!_external.TryGetValue(path, out long fileLength))
        {
            if (!File.Exists(path)) throw Bad(subject, $"no file '{SafePath.Shorten(location)}' beside the model", "the file that holds its weights");
            _external[path] = fileLength = new FileInfo(path).Length;
        }
        long offset = Number(subject, external, "offset") ?? 0;
        long length = Number(subject, external, "length") ?? (bytes >= 0 ? bytes : fileLength - offset);
        if (offset > fileLength || length > fileLength - offset)
            throw Bad(subject, $"bytes {Text(offset)} to {Text(offset)} + {Text(length)} of '{SafePath.Shorten(location)}', which has {Text(fileLength)}", "a place inside that file (is it truncated?)");
        if (bytes >= 0 && length != bytes) throw Bad(subject, $"{Text(length)} bytes in '{SafePath.Shorten(location)}'", $"{Text(bytes)}, as its shape says");
    }

    static long? Number(string subject, Dictionary<string, string> external, string key)
    {
        if (!external.TryGetValue(key, out string? text)) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long n)
            ? n
            : throw Bad(subject, $"the {key} '{SafePath.Shorten(text)}'", "a whole number of 0 or more");
    }

    /// <summary>ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1, dim_param 2 } } } }.</summary>
    OnnxValue Value(Field field)
    {
        string name = "", type = "not a tensor";
        var dims = new List<long?>();
        var names = new List<string>();
        Nested(field, f =>
        {
            if (f.Number == 1) name = _proto.Text(f);
            else if (f.Number == 2) Nested(f, t => Only(t, 1, () => Nested(t, TensorType)));
            else return false;
            return true;
        });
        return new(name, type, dims, names);

        bool TensorType(Field f)
        {
            if (f.Number == 1) type = _proto.Integer(f) is >= 0 and var n && n < s_types.Length ? s_types[n].Name : "unknown";
            else if (f.Number == 2) Nested(f, d => Only(d, 1, () => Dimension(d)));
            else return false;
            return true;
        }

        void Dimension(Field d)
        {
            long? size = null;
            string text = "?";
            Nested(d, f =>
            {
                if (f.Number == 1) text = Text((size = _proto.Integer(f)).Value);
                else if (f.Number == 2) text = _proto.Text(f) is { Length: > 0 } named ? named : "?";
                else return false;
                return true;
            });
            dims.Add(size);
            names.Add(text);
        }
    }

    static bool Only(Field field, int number, Action read)
    {
        if (field.Number != number) return false;
        read();
        return true;
    }

    static string Text(long n) => n.ToString(CultureInfo.InvariantCulture);

    static BadDataException Bad(string subject, string found, string expected) =>
        BadDataException.For(subject, found, expected, "Nothing was loaded; export, import or download the model again.");
}
