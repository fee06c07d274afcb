using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

/// <summary>
/// A model being written: inputs, weights and constants, then nodes in the order they were added, then outputs.
/// Every node is checked as it is added, so a graph that stands is well-formed. What was written can be walked:
/// <see cref="Nodes"/> is in topological order.
/// </summary>
/// <param name="name">The graph's name, as other tools show it.</param>
sealed partial class ModelGraph(string name)
{
    readonly List<Value> _inputs = [], _outputs = [], _constants = [];
    readonly List<Node> _nodes = [];
    readonly Dictionary<string, Value> _weights = [];
    readonly List<Value> _weightOrder = [], _parameters = [];

    public string Name { get; } = name;

    /// <summary>
    /// The type of weights and of the numbers between layers: float32, or float16. Inputs and outputs are float32 either way, and so is what loses most
    /// by rounding: norms with their weights, softmax, and the time before its first layer. Set it before layers are added.
    /// </summary>
    public ElementType FloatType { get; init; } = ElementType.Float32;

    /// <summary>
    /// Attention as ONNX Runtime's own operator, which is faster and needs no memory for scores, but has no derivative here. False: in standard
    /// operators. Set it before layers are added.
    /// </summary>
    public bool FusesAttention { get; init; }

    /// <summary>Key-value pairs stored with the model, written in ordinal order of their keys.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Value> Inputs => _inputs;
    public IReadOnlyList<Value> Outputs => _outputs;
    public IReadOnlyList<Value> Constants => _constants;

    /// <summary>The named tensors the model consumes, in the order they were asked for.</summary>
    public IReadOnlyList<Value> Weights => _weightOrder;

    /// <summary>Which weights, by full name, are trained: they become <see cref="Parameters"/>. None by default. Set it before weights are asked for.</summary>
    public Func<string, bool> Trainable { get; init; } = _ => false;

    /// <summary>The trained tensors in the order they were asked for. A runtime takes them as inputs.</summary>
    public IReadOnlyList<Value> Parameters => _parameters;

    /// <summary>Every node after the nodes it depends on.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Declares an input under its public name, whatever the scope.</summary>
    public Value Input(string name, ElementType type, params ReadOnlySpan<Dim> dims)
    {
        TakeName(name, "input");
        var value = Register(new Value(this, name, ValueKind.Input, type, new Shape(dims.ToArray())));
        _inputs.Add(value);
        return value;
    }

    /// <summary>Declares <paramref name="value"/> an output under a public name.</summary>
    public void Output(string name, Value value)
    {
        Own(value, $"Output '{name}'");
        if (value.Kind != ValueKind.Computed || _outputs.Contains(value)) value = value.Identity();
        TakeName(name, "output");
        value.Name = name;
        _outputs.Add(value);
    }

    /// <summary>
    /// A tensor of the model, named after the current scope with dots ("down_blocks.0" / "conv1.weight" →
    /// "down_blocks.0.conv1.weight"). Asked for twice, it is one tensor used twice.
    /// </summary>
    public Value Weight(string name, params ReadOnlySpan<Dim> dims) => Weight(FloatType, name, dims);

    /// <summary>As the other form, in a type of its own.</summary>
    internal Value Weight(ElementType type, string name, params ReadOnlySpan<Dim> dims)
    {
        var shape = new Shape(dims.ToArray());
        string full = string.Join('.', _scopes.Append(name));
        if (!shape.IsFixed) throw GraphException.For($"Weight '{full}'", $"shape {shape}", "a shape of numbers only");
        if (_weights.TryGetValue(full, out Value? known))
            return known.Shape.Equals(shape) ? known : throw GraphException.For($"Weight '{full}'", $"a second use with shape {shape}", $"the shape {known.Shape} of its first use");
        TakeName(full, "weight");
        bool trained = Trainable(full);
        var weight = new Value(this, full, trained ? ValueKind.Parameter : ValueKind.Weight, type, shape);
        _weights.Add(full, weight);
        (trained ? _parameters : _weightOrder).Add(weight);
        return weight;
    }

    /// <summary>
    /// Adds a node and returns it; its outputs have the types and shapes of the operator's rule.
    /// Prefer the methods of <see cref="Value"/>; this is for walkers that build graphs from graphs.
    /// </summary>
    /// <param name="op">The operator.</param>
    /// <param name="inputs">Its inputs; null for one left out before a later one.</param>
    /// <param name="attributes">long, float, string, long[] or float[] by name; null values are left out.</param>
    /// <param name="outputs">How many outputs are wanted.</param>
    /// <param name="name">The layer's name inside the current scope; the operator's name by default.</param>
    /// <exception cref="GraphException">The operator cannot take these inputs.</exception>
    public Node Add(Op op, ReadOnlySpan<Value?> inputs, IEnumerable<KeyValuePair<string, object?>>? attributes = null, int outputs = 1, string? name = null)
    {
        var held = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var (key, value) in attributes ?? [])
            if (value is not null) held.Add(key, value is int i ? (long)i : value);
        string unique = UniqueName(string.Join('/', _scopes.Append(name ?? op.Name)));
        var node = new Node(unique, op, inputs.ToArray(), held);
        Check(node, outputs);
        var made = ShapeRules.Infer(node, outputs);
        node.Outputs = [.. made.Select((m, i) => Register(new Value(this, made.Length == 1 ? unique : UniqueName($"{unique}.{i}"), ValueKind.Computed, m.Type, m.Shape, node)))];
        _nodes.Add(node);
        return node;
    }

    /// <summary>Asks a node for more of its operator's outputs, such as a normalisation's statistics; returns them all.</summary>
    internal IReadOnlyList<Value> Extend(Node node, int outputs)
    {
        if (node.Outputs.Count >= outputs) return node.Outputs;
        Check(node, outputs);
        var made = ShapeRules.Infer(node, outputs);
        node.Outputs = [.. node.Outputs, .. made.Skip(node.Outputs.Count).Select((m, i) => Register(new Value(this, UniqueName($"{node.Name}.{node.Outputs.Count + i}"), ValueKind.Computed, m.Type, m.Shape, node)))];
        return node.Outputs;
    }

    /// <summary>Takes away those of these nodes whose outputs nobody reads; a runtime would run them.</summary>
    internal void RemoveUnused(IEnumerable<Node> candidates)
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
            throw GraphException.For(node.Subject, $"{count} inputs", node.Op.MinInputs == node.Op.MaxInputs ? $"{node.Op.MinInputs}" : $"{node.Op.MinInputs} to {node.Op.MaxInputs}");
        if (outputs < 1 || outputs > node.Op.MaxOutputs)
            throw GraphException.For(node.Subject, $"{outputs} outputs wanted", $"1 to {node.Op.MaxOutputs}");
        foreach (Value? input in node.Inputs)
            if (input is not null) Own(input, node.Subject);
        foreach (var (key, value) in node.Attributes)
            if (!s_attributeTypes.Contains(value.GetType()))
                throw GraphException.For(node.Subject, $"attribute '{key}' of type {value.GetType().Name}", "long, float, string, long[] or float[]");
    }

    void Own(Value value, string subject)
    {
        if (value.Graph != this) throw GraphException.For(subject, $"the value '{value.Name}' of graph '{value.Graph.Name}'", $"values of graph '{Name}'");
    }
}
