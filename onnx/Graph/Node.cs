using Alignment.Onnx.Ops;

namespace Alignment.Onnx.Graph;

// One operator applied to values; inputs left out are null.
sealed class Node(string name, Op op, Value?[] inputs, SortedDictionary<string, object> attributes)
{
    // Unique in the graph: scopes joined by '/', then the operator's or the layer's name.
    public string Name => name;
    public Op Op => op;
    public IReadOnlyList<Value?> Inputs => inputs;
    public IReadOnlyList<Value> Outputs { get; set; } = [];

    // Attributes by name: long, float, string, long[] or float[].
    public IReadOnlyDictionary<string, object> Attributes => attributes;

    public Value this[int input] =>
        Optional(input) ?? throw Bad($"no input {input}", $"{Op.MinInputs} inputs at least");

    public long Int(string attribute, long otherwise) => Get(attribute, otherwise);
    public float Float(string attribute, float otherwise) => Get(attribute, otherwise);
    public string Text(string attribute, string otherwise) => Get(attribute, otherwise);
    public long[]? Ints(string attribute) => Get<long[]?>(attribute, null);

    // "Conv 'down_blocks.0/conv1'", for messages.
    public string Subject => $"{Op.Name} '{Name}'";

    public GraphException Bad(string found, string expected) => GraphException.For(Subject, found, expected);

    // An input that may have been left out.
    public Value? Optional(int input) => input < inputs.Length ? inputs[input] : null;

    public override string ToString() =>
        $"{string.Join(", ", Outputs)} = {Op.Name}({string.Join(", ", Inputs.Select(i => i?.Name ?? "–"))})";

    T Get<T>(string attribute, T otherwise) =>
        !attributes.TryGetValue(attribute, out object? found) ? otherwise
        : found is T value ? value
        : throw Bad($"attribute '{attribute}' of type {found.GetType().Name}", typeof(T).Name);
}
