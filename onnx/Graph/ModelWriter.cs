using Alignment.Onnx.Ops;
using Alignment.Onnx.Proto;
using Alignment.Onnx.Weights;
using Google.Protobuf;

namespace Alignment.Onnx.Graph;

/// <summary>Turns a graph into ONNX's protobuf form and writes it with its weights.</summary>
sealed class ModelWriter(OnnxModel model, SaveOptions options, IProgress<WorkProgress>? progress, CancellationToken stop)
{
    /// <summary>The IR version that came with <see cref="Op.OpsetVersion"/>.</summary>
    const int IrVersion = 9;

    readonly Dictionary<string, TensorProto> _written = new(StringComparer.Ordinal);
    /// <summary>Weights that lie as float16 and are wanted as float32: referred to as they lie, and widened by a node.</summary>
    readonly List<(TensorProto Stored, Value Weight)> _widened = [];
    long _total, _done;

    internal SavedModel Write(string path)
    {
        string full = Path.GetFullPath(path), dataPath = full + "_data";
        if (!full.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            throw UsageException.For($"The model path '{path}'", $"the ending '{Path.GetExtension(path)}'", "'.onnx'", "Name the file 'model.onnx'.");
        foreach (Value weight in model.Graph.Weights)
            if (Share(weight) is { } shared) _written[weight.Name] = shared;
        Value[] own = [.. model.Graph.Weights.Where(w => !_written.ContainsKey(w.Name))];
        _total = own.Sum(Bytes);
        Value[] external = _total < options.InlineModelBelowBytes ? [] : [.. own.Where(w => Bytes(w) >= options.InlineBelowBytes)];
        if (external.Length > 0)
            Save(dataPath, to =>
            {
                var data = new ExternalData(to, Location(dataPath));
                foreach (Value weight in external) _written[weight.Name] = data.Add(weight, model.Weights, Wrote(weight), stop);
            });
        foreach (Value weight in model.Graph.Weights)
            if (!_written.ContainsKey(weight.Name)) _written[weight.Name] = Inline(weight);
        ModelProto proto = Proto();
        Save(full, to => proto.WriteTo(to));
        if (external.Length == 0) File.Delete(dataPath);   // of an earlier, larger model of this name
        return new(full, external.Length > 0 ? dataPath : null);
    }

    /// <summary>Writes a file and, where somebody wants to know, takes its hash on the way.</summary>
    void Save(string path, Action<Stream> fill)
    {
        if (options.Wrote is not { } tell)
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
        tell(saved!);
    }

    /// <summary>The whole model as one file's bytes, but for weights that are shared.</summary>
    internal byte[] Bytes()
    {
        foreach (Value weight in model.Graph.Weights) _written[weight.Name] = Share(weight) ?? Inline(weight);
        return Proto().ToByteArray();
    }

    /// <summary>A reference to where the weight lies already; null where it must be written.</summary>
    TensorProto? Share(Value weight)
    {
        if (options.ShareFrom is null || Bytes(weight) < options.ShareFromBytes || (model.Weights as IPlacedWeights)?.Find(weight.Name) is not { } place) return null;
        if (Location(place.Path) is var location && (location.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(location))) return null;
        ElementType? stored = place.Type switch { WeightType.F32 => ElementType.Float32, WeightType.F16 => ElementType.Float16, _ => null };
        if (stored is not { } type || type != weight.Type && type != ElementType.Float16) return null;   // narrowing may overflow: that is for whoever reads
        TensorProto reference = ExternalData.Reference(weight, type, location, place.Offset);
        if (type != weight.Type)
        {
            reference.Name += "/float16";
            _widened.Add((reference, weight));
        }
        return reference;
    }

    /// <summary>A file as external data names it: relative to the shared folder, or to the model's own.</summary>
    string Location(string path) =>
        options.ShareFrom is null ? Path.GetFileName(path) : Path.GetRelativePath(Path.GetFullPath(options.ShareFrom), path).Replace('\\', '/');

    TensorProto Inline(Value weight)
    {
        var bytes = new MemoryStream((int)Bytes(weight));
        ExternalData.Copy(weight, model.Weights, bytes.Write, Wrote(weight), stop);
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
        var made = new GraphProto { Name = graph.Name };
        made.Node.Add(_widened.Select(w => Widen(w.Stored, w.Weight)));
        made.Node.Add(graph.Nodes.Select(Node));
        made.Initializer.Add(graph.Weights.Select(w => _written[w.Name]));
        made.Initializer.Add(graph.Constants.Select(c => Tensor(c, c.Data!)));
        made.Input.Add(graph.Inputs.Concat(graph.Parameters).Select(Info));
        made.Output.Add(graph.Outputs.Select(Info));
        made.ValueInfo.Add(graph.Nodes.SelectMany(n => n.Outputs).Where(v => !graph.Outputs.Contains(v)).Select(Info));
        var proto = new ModelProto { IrVersion = IrVersion, ProducerName = "alignment", Graph = made };
        proto.OpsetImport.Add(new OperatorSetIdProto { Version = Op.OpsetVersion });
        if (graph.Nodes.Any(n => n.Op.Domain == Op.RuntimeDomain)) proto.OpsetImport.Add(new OperatorSetIdProto { Domain = Op.RuntimeDomain, Version = 1 });
        proto.MetadataProps.Add(graph.Metadata.Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        return proto;
    }

    static NodeProto Widen(TensorProto stored, Value weight)
    {
        var made = new NodeProto { Name = weight.Name + "/widen", OpType = Op.Cast.Name, Input = { stored.Name }, Output = { weight.Name } };
        made.Attribute.Add(Attribute("to", (long)weight.Type));
        return made;
    }

    static NodeProto Node(Node node)
    {
        var made = new NodeProto { Name = node.Name, OpType = node.Op.Name, Domain = node.Op.Domain };
        made.Input.Add(node.Inputs.Select(i => i?.Name ?? ""));
        made.Output.Add(node.Outputs.Select(o => o.Name));
        made.Attribute.Add(node.Attributes.Select(a => Attribute(a.Key, a.Value)));
        return made;
    }

    static AttributeProto Attribute(string name, object value)
    {
        var made = new AttributeProto { Name = name };
        switch (value)
        {
            case long i: (made.I, made.Type) = (i, AttributeProto.Types.Kind.Int); break;
            case float f: (made.F, made.Type) = (f, AttributeProto.Types.Kind.Float); break;
            case string s: (made.S, made.Type) = (ByteString.CopyFromUtf8(s), AttributeProto.Types.Kind.String); break;
            case long[] ints: made.Ints.Add(ints); made.Type = AttributeProto.Types.Kind.Ints; break;
            case float[] floats: made.Floats.Add(floats); made.Type = AttributeProto.Types.Kind.Floats; break;
            default: throw new NotSupportedException($"Attribute '{name}' of type {value.GetType().Name}.");
        }
        return made;
    }

    static TensorProto Tensor(Value value, byte[] data)
    {
        var made = new TensorProto { Name = value.Name, DataType = (int)value.Type, RawData = UnsafeByteOperations.UnsafeWrap(data) };
        made.Dims.Add(value.Shape.Numbers);
        return made;
    }

    static ValueInfoProto Info(Value value)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(value.Shape.Select(d => d.IsFixed ? new TensorShapeProto.Types.Dimension { DimValue = d.Value } : new TensorShapeProto.Types.Dimension { DimParam = d.ToString() }));
        return new() { Name = value.Name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)value.Type, Shape = shape } } };
    }

    internal static long Bytes(Value weight) => weight.Shape.Numbers.Aggregate((long)weight.Type.Size(), (n, d) => checked(n * d));
}
