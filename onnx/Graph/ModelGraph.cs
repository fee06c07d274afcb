using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

// A model being authored. Every node is checked as it is added, so the graph is always well-formed.
sealed partial class ModelGraph(string name)
{
    readonly List<Value> _inputs = [], _outputs = [], _constants = [];
    readonly List<Node> _nodes = [];
    readonly Dictionary<string, Value> _weights = [];
    readonly List<Value> _weightOrder = [], _parameters = [];

    public string Name { get; } = name;

    /// <summary>
    /// Of weights and of values between layers. Inputs, outputs, norms, softmax and the time before its first layer are float32 either way.
    /// </summary>
    public ElementType FloatType { get; init; } = ElementType.Float32;

    // Attention as ONNX Runtime's operator: faster, no memory for scores, but no derivative here.
    public bool FusesAttention { get; init; }

    // Stored with the model in ordinal order of the keys.
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Value> Inputs => _inputs;
    public IReadOnlyList<Value> Outputs => _outputs;
    public IReadOnlyList<Value> Constants => _constants;

    public IReadOnlyList<Value> Weights => _weightOrder;

    // Which weights, by full name, are trained; set it before weights are used.
    public Func<string, bool> Trainable { get; init; } = _ => false;

    public IReadOnlyList<Value> Parameters => _parameters;

    // In topological order.
    public IReadOnlyList<Node> Nodes => _nodes;

    public Value Input(string name, ElementType type, params ReadOnlySpan<Dim> dims)
    {
        TakeName(name, "input");
        var value = Register(new Value(this, name, ValueKind.Input, type, new Shape(dims.ToArray())));
        _inputs.Add(value);
        return value;
    }

    public void Output(string name, Value value)
    {
        Own(value, $"Output '{name}'");
        if (value.Kind != ValueKind.Computed || _outputs.Contains(value)) value = value.Identity();
        TakeName(name, "output");
        value.Name = name;
        _outputs.Add(value);
    }

    // Named by the current scope with dots; the same name again is the same tensor.
    public Value Weight(string name, params ReadOnlySpan<Dim> dims) => Weight(FloatType, name, dims);

    public Value Weight(ElementType type, string name, params ReadOnlySpan<Dim> dims)
    {
        var shape = new Shape(dims.ToArray());
        string full = string.Join('.', _scopes.Append(name));
        if (!shape.IsFixed) throw GraphException.For($"Weight '{full}'", $"shape {shape}", "a shape of numbers only");
        if (_weights.TryGetValue(full, out Value? known))
            return known.Shape.Equals(shape) ? known
                : throw GraphException.For($"Weight '{full}'", $"a second use with shape {shape}",
                $"the shape {known.Shape} of its first use");
        TakeName(full, "weight");
        bool trained = Trainable(full);
        var weight = new Value(this, full, trained ? ValueKind.Parameter : ValueKind.Weight, type, shape);
        _weights.Add(full, weight);
        (trained ? _parameters : _weightOrder).Add(weight);
        return weight;
    }

    /// <summary>
    /// Adds a node, whose outputs have the types and shapes of the operator's rule; prefer the methods of <see cref="Value"/>. Attributes:
    /// long, float, string, long[] or float[]; null values are left out.
    /// </summary>
    public Node Add(Op op, ReadOnlySpan<Value?> inputs, ReadOnlySpan<(string Name, object? Value)> attributes = default, int outputs = 1,
        string? name = null)
    {
        var set = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var (key, value) in attributes)
            if (value is not null) set.Add(key, value is int i ? (long)i : value);
        string unique = UniqueName(string.Join('/', _scopes.Append(name ?? op.Name)));
        var node = new Node(unique, op, inputs.ToArray(), set);
        Check(node, outputs);
        var inferred = ShapeRules.Infer(node, outputs);
        node.Outputs = [.. inferred.Select((m, i) => Computed(inferred.Length == 1 ? unique : UniqueName($"{unique}.{i}"), m, node))];
        _nodes.Add(node);
        return node;
    }

    public IReadOnlyList<Value> Extend(Node node, int outputs)
    {
        int count = node.Outputs.Count;
        if (count >= outputs) return node.Outputs;
        Check(node, outputs);
        var more = ShapeRules.Infer(node, outputs).Skip(count);
        return node.Outputs = [.. node.Outputs, .. more.Select((m, i) => Computed(UniqueName($"{node.Name}.{count + i}"), m, node))];
    }

    Value Computed(string name, ShapeRules.Inferred inferred, Node node) =>
        Register(new Value(this, name, ValueKind.Computed, inferred.Type, inferred.Shape, node));

    // Removes nodes whose outputs nothing reads.
    public void RemoveUnused(IEnumerable<Node> candidates)
    {
        HashSet<Node> may = [.. candidates];
        if (may.Count == 0) return;
        HashSet<Value> read = [.. _outputs];
        for (int i = _nodes.Count - 1; i >= 0; i--)
            if (may.Contains(_nodes[i]) && !_nodes[i].Outputs.Any(read.Contains)) _nodes.RemoveAt(i);
            else read.UnionWith(_nodes[i].Inputs.OfType<Value>());
    }

    static readonly Type[] s_attributeTypes = [typeof(long), typeof(float), typeof(string), typeof(long[]), typeof(float[])];

    void Check(Node node, int outputs)
    {
        int count = node.Inputs.Count;
        if (count < node.Op.MinInputs || count > node.Op.MaxInputs)
            throw node.Bad($"{count} inputs",
                node.Op.MinInputs == node.Op.MaxInputs ? $"{node.Op.MinInputs}" : $"{node.Op.MinInputs} to {node.Op.MaxInputs}");
        if (outputs < 1 || outputs > node.Op.MaxOutputs)
            throw node.Bad($"{outputs} outputs wanted", $"1 to {node.Op.MaxOutputs}");
        foreach (Value? input in node.Inputs)
            if (input is not null) Own(input, node.Subject);
        foreach (var (key, value) in node.Attributes)
            if (!s_attributeTypes.Contains(value.GetType()))
                throw node.Bad($"attribute '{key}' of type {value.GetType().Name}",
                    "long, float, string, long[] or float[]");
    }

    void Own(Value value, string subject)
    {
        if (value.Graph != this) throw GraphException.For(subject, $"the value '{value.Name}' of graph '{value.Graph.Name}'",
            $"values of graph '{Name}'");
    }
}
