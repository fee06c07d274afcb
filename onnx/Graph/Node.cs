using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

/// <summary>One operator applied to values. Immutable once it stands in the graph; inputs left out are null.</summary>
sealed class Node
{
    readonly SortedDictionary<string, object> _attributes;

    internal Node(string name, Op op, Value?[] inputs, SortedDictionary<string, object> attributes)
    {
        (Name, Op, Inputs, _attributes) = (name, op, inputs, attributes);
        Outputs = [];
    }

    /// <summary>Unique in the graph: scopes joined by '/', then the operator's or the layer's name.</summary>
    public string Name { get; }
    public Op Op { get; }
    public IReadOnlyList<Value?> Inputs { get; }
    public IReadOnlyList<Value> Outputs { get; internal set; }

    /// <summary>Attributes by name: long, float, string, long[] or float[].</summary>
    public IReadOnlyDictionary<string, object> Attributes => _attributes;

    /// <summary>An input that must be there.</summary>
    public Value this[int input] =>
        (input < Inputs.Count ? Inputs[input] : null) ?? throw GraphException.For(Subject, $"no input {input}", $"{Op.MinInputs} inputs at least");

    public long Int(string attribute, long otherwise) => Get(attribute, otherwise);
    public float Float(string attribute, float otherwise) => Get(attribute, otherwise);
    public string Text(string attribute, string otherwise) => Get(attribute, otherwise);
    public long[]? Ints(string attribute) => Get<long[]?>(attribute, null);
    public float[]? Floats(string attribute) => Get<float[]?>(attribute, null);

    /// <summary>"Conv 'down_blocks.0/conv1'", for messages.</summary>
    internal string Subject => $"{Op.Name} '{Name}'";

    public override string ToString() =>
        $"{string.Join(", ", Outputs)} = {Op.Name}({string.Join(", ", Inputs.Select(i => i?.Name ?? "–"))})";

    T Get<T>(string attribute, T otherwise) =>
        !_attributes.TryGetValue(attribute, out object? held) ? otherwise
        : held is T value ? value
        : throw GraphException.For(Subject, $"attribute '{attribute}' of type {held.GetType().Name}", typeof(T).Name);
}
