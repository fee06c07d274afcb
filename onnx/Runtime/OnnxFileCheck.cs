using Field = Alignment.Onnx.Runtime.ProtoReader.Field;

namespace Alignment.Onnx.Runtime;

/// <summary>
/// Reads an ONNX file's header and refuses what must not reach ONNX Runtime: no protobuf or a truncated one, weights outside the model's
/// folder or beyond their file, sizes that do not fit. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
/// </summary>
sealed partial class OnnxFileCheck
{
    // ONNX's types by number; 0 bytes: packed below a byte, or text.
    static readonly (string Name, int Bytes)[] s_types =
    [
        ("undefined", 0), ("float32", 4), ("uint8", 1), ("int8", 1), ("uint16", 2), ("int16", 2), ("int32", 4), ("int64", 8), ("string", 0),
        ("bool", 1), ("float16", 2), ("float64", 8), ("uint32", 4), ("uint64", 8), ("complex64", 8), ("complex128", 16), ("bfloat16", 2),
        ("float8e4m3fn", 1), ("float8e4m3fnuz", 1), ("float8e5m2", 1), ("float8e5m2fnuz", 1), ("uint4", 0), ("int4", 0), ("float4e2m1", 0),
    ];

    readonly string _subject;
    readonly string? _folder;
    readonly ProtoReader _proto;
    readonly List<OnnxValue> _inputs = [], _outputs = [];
    readonly HashSet<string> _initializers = [];
    readonly List<OnnxTensor> _tensors = [];
    readonly Dictionary<string, long> _external = [];
    long _parameters, _opset;
    bool _sawGraph;

    OnnxFileCheck(string name, string? folder, Stream model)
    {
        _subject = $"The model '{name}'";
        _folder = folder;
        _proto = new(model);
    }

    // One pass over the graph; weights are skipped.
    public static OnnxHeader Read(string path) => Read(path, check => check.Check());

    public static IReadOnlyList<OnnxTensor> ReadTensors(string path) => Read(path, check =>
    {
        check.Check();
        return check._tensors;
    });

    static T Read<T>(string path, Func<OnnxFileCheck, T> read)
    {
        string full = Path.GetFullPath(path);
        try
        {
            using var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return read(new OnnxFileCheck(full, Path.GetDirectoryName(full), file));
        }
        catch (Exception e) when (e.IsOfFile())
        {
            throw BadDataException.Unreadable($"The model '{full}'", e, "Check the bundle's folder and its permissions.");
        }
    }

    /// <summary>External weights may lie below <paramref name="folder"/> only.</summary>
    public static OnnxHeader Read(byte[] model, string name, string? folder = null)
    {
        using var stream = new MemoryStream(model, writable: false);
        return new OnnxFileCheck(name, folder, stream).Check();
    }

    OnnxHeader Check()
    {
        try
        {
            Model();
            return _sawGraph ? Header() : throw new InvalidDataException("no graph");
        }
        catch (InvalidDataException e)
        {
            throw BadDataException.For(_subject, e.Message, "an ONNX model (a protobuf file)",
                "It may be truncated or another kind of file: export, import or download it again.", e);
        }
    }

    OnnxHeader Header() => new(
        [.. _inputs.Where(i => !_initializers.Contains(i.Name))], _outputs, _parameters,
        [.. _external.Keys.Order(StringComparer.Ordinal)], _opset)
    {
        WeightType = _tensors.Where(t => t.Type.Contains("float", StringComparison.Ordinal)).GroupBy(t => t.Type)
            .MaxBy(g => g.Sum(t => t.Dims.Aggregate(1.0, (n, d) => n * d)))?.Key ?? "float32",
    };

    /// <summary>Fields that <paramref name="known"/> rejects are skipped.</summary>
    void Fields(Func<Field, bool> known)
    {
        while (_proto.Next(out Field field))
            if (!known(field)) _proto.Skip(field);
    }

    void Nested(Field field, Func<Field, bool> known) => _proto.Message(field, () => Fields(known));

    // ModelProto.
    void Model() => Fields(f =>
    {
        switch (f.Number)
        {
            case 7: _sawGraph = true; Graph(f, top: true); return true;
            case 8: Opset(f); return true;
            // training_info
            case 20: Nested(f, g => { bool graph = g.Number is 1 or 2; if (graph) Graph(g, top: false); return graph; }); return true;
            // functions
            case 25: Nested(f, n => { bool node = n.Number == 7; if (node) Node(n); return node; }); return true;
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

    // NodeProto: only its attributes can hold tensors and graphs.
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

    static bool Only(Field field, int number, Action read)
    {
        if (field.Number != number) return false;
        read();
        return true;
    }

    static BadDataException Bad(string subject, string found, string expected) =>
        BadDataException.For(subject, found, expected, "Nothing was loaded; export, import or download the model again.");
}

/// <summary>
/// An initializer; <paramref name="File"/> is null for the model file itself, <paramref name="Offset"/> -1 where it is no run of raw bytes.
/// </summary>
sealed record OnnxTensor(string Name, string Type, IReadOnlyList<long> Dims, string? File, long Offset);
