using Alignment.Onnx.Ops;
using Alignment.Onnx.Proto;
using Alignment.Onnx.Weights;
using Google.Protobuf;

namespace Alignment.Onnx.Graph;

// Writes a graph in ONNX's protobuf form with its weights.
sealed class ModelWriter(OnnxModel model, SaveOptions options, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
{
    /// <summary>The IR version that came with <see cref="Op.OpsetVersion"/>.</summary>
    const int IrVersion = 9;

    readonly Dictionary<string, TensorProto> _written = [];
    // Shared weights stored as float16 and wanted as float32: widened by a node.
    readonly List<(TensorProto Stored, Value Weight)> _widened = [];
    long _total, _done;

    public SavedModel Write(string path)
    {
        string full = Path.GetFullPath(path), dataPath = full + "_data";
        if (!full.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            throw UsageException.For($"The model path '{path}'", $"the ending '{Path.GetExtension(path)}'", "'.onnx'",
                "Name the file 'model.onnx'.");
        foreach (Value weight in model.Graph.Weights)
            if (Share(weight) is { } shared) _written[weight.Name] = shared;
        Value[] own = [.. model.Graph.Weights.Where(w => !_written.ContainsKey(w.Name))];
        _total = own.Sum(Bytes);
        Value[] external = _total < options.InlineModelBelowBytes ? [] : [.. own.Where(w => Bytes(w) >= options.InlineBelowBytes)];
        if (external.Length > 0)
            Save(dataPath, to =>
            {
                var data = new ExternalData(to, Location(dataPath));
                foreach (Value weight in external) _written[weight.Name] = data.Add(weight, model.Weights, Wrote(weight),
                    cancellationToken);
            });
        foreach (Value weight in model.Graph.Weights)
            if (!_written.ContainsKey(weight.Name)) _written[weight.Name] = Inline(weight);
        ModelProto proto = Proto();
        Save(full, to => proto.WriteTo(to));
        if (external.Length == 0) File.Delete(dataPath);   // an earlier, larger model's
        return new(full, external.Length > 0 ? dataPath : null);
    }

    // Writes a file and, where it is to be reported, computes its hash.
    void Save(string path, Action<Stream> fill)
    {
        if (options.Wrote is not { } report)
        {
            AtomicFile.Write(path, fill);
            return;
        }
        SavedFile? saved = null;
        AtomicFile.Write(path, file =>
        {
            using var to = new HashedStream(file);
            fill(to);
            to.Flush();
            saved = new(path, to.Length, to.Sha256);
        });
        report(saved!);
    }

    // The model as one file's bytes, but for shared weights.
    public byte[] Bytes()
    {
        foreach (Value weight in model.Graph.Weights) _written[weight.Name] = Share(weight) ?? Inline(weight);
        return Proto().ToByteArray();
    }

    // A reference to where the weight is already stored, or null.
    TensorProto? Share(Value weight)
    {
        if (options.ShareFrom is null || Bytes(weight) < options.ShareFromBytes) return null;
        if ((model.Weights as IPlacedWeights)?.Find(weight.Name) is not { } place) return null;
        if (Location(place.Path) is var location && (location.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(location)))
            return null;
        ElementType? stored = place.Type switch { WeightType.F32 => ElementType.Float32, WeightType.F16 => ElementType.Float16, _ => null };
        // narrowing may overflow: written instead
        if (stored is not { } type || type != weight.Type && type != ElementType.Float16) return null;
        TensorProto reference = ExternalData.Reference(weight, type, location, place.Offset);
        if (type != weight.Type)
        {
            reference.Name += "/float16";
            _widened.Add((reference, weight));
        }
        return reference;
    }

    string Location(string path) =>
        options.ShareFrom is null ? Path.GetFileName(path)
        : Path.GetRelativePath(Path.GetFullPath(options.ShareFrom), path).Replace('\\', '/');

    TensorProto Inline(Value weight)
    {
        var bytes = new MemoryStream((int)Bytes(weight));
        ExternalData.Copy(weight, model.Weights, bytes.Write, Wrote(weight), cancellationToken);
        return Tensor(weight, bytes.ToArray());
    }

    Action<long> Wrote(Value weight) => bytes =>
    {
        _done += bytes;
        progress?.Report(new("writing weights", _done, _total, weight.Name));
    };

    ModelProto Proto()
    {
        ModelGraph graph = model.Graph;
        var body = new GraphProto { Name = graph.Name };
        body.Node.Add(_widened.Select(w => Widen(w.Stored, w.Weight)));
        body.Node.Add(graph.Nodes.Select(Node));
        body.Initializer.Add(graph.Weights.Select(w => _written[w.Name]));
        body.Initializer.Add(graph.Constants.Select(c => Tensor(c, c.Data!)));
        body.Input.Add(graph.Inputs.Concat(graph.Parameters).Select(Info));
        body.Output.Add(graph.Outputs.Select(Info));
        body.ValueInfo.Add(graph.Nodes.SelectMany(n => n.Outputs).Where(v => !graph.Outputs.Contains(v)).Select(Info));
        var proto = new ModelProto { IrVersion = IrVersion, ProducerName = "alignment", Graph = body };
        proto.OpsetImport.Add(new OperatorSetIdProto { Version = Op.OpsetVersion });
        if (graph.Nodes.Any(n => n.Op.Domain == Op.RuntimeDomain))
            proto.OpsetImport.Add(new OperatorSetIdProto { Domain = Op.RuntimeDomain, Version = 1 });
        proto.MetadataProps.Add(graph.Metadata.Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        return proto;
    }

    static NodeProto Widen(TensorProto stored, Value weight)
    {
        var node = new NodeProto
        {
            Name = weight.Name + "/widen",
            OpType = Op.Cast.Name,
            Input = { stored.Name },
            Output = { weight.Name }
        };
        node.Attribute.Add(Attribute("to", (long)weight.Type));
        return node;
    }

    static NodeProto Node(Node node)
    {
        var proto = new NodeProto { Name = node.Name, OpType = node.Op.Name, Domain = node.Op.Domain };
        proto.Input.Add(node.Inputs.Select(i => i?.Name ?? ""));
        proto.Output.Add(node.Outputs.Select(o => o.Name));
        proto.Attribute.Add(node.Attributes.Select(a => Attribute(a.Key, a.Value)));
        return proto;
    }

    static AttributeProto Attribute(string name, object value)
    {
        var proto = new AttributeProto { Name = name };
        switch (value)
        {
            case long i: (proto.I, proto.Type) = (i, AttributeProto.Types.Kind.Int); break;
            case float f: (proto.F, proto.Type) = (f, AttributeProto.Types.Kind.Float); break;
            case string s: (proto.S, proto.Type) = (ByteString.CopyFromUtf8(s), AttributeProto.Types.Kind.String); break;
            case long[] ints: proto.Ints.Add(ints); proto.Type = AttributeProto.Types.Kind.Ints; break;
            case float[] floats: proto.Floats.Add(floats); proto.Type = AttributeProto.Types.Kind.Floats; break;
            default: throw new NotSupportedException($"Attribute '{name}' of type {value.GetType().Name}.");
        }
        return proto;
    }

    static TensorProto Tensor(Value value, byte[] data)
    {
        var tensor = new TensorProto { Name = value.Name, DataType = (int)value.Type, RawData = UnsafeByteOperations.UnsafeWrap(data) };
        tensor.Dims.Add(value.Shape.Numbers);
        return tensor;
    }

    static ValueInfoProto Info(Value value)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(value.Shape.Select(d =>
            d.IsFixed ? new TensorShapeProto.Types.Dimension { DimValue = d.Value }
            : new TensorShapeProto.Types.Dimension { DimParam = d.ToString() }));
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)value.Type, Shape = shape } };
        return new() { Name = value.Name, Type = type };
    }

    public static long Bytes(Value weight) => checked(weight.Shape.Elements * weight.Type.Size());
}
