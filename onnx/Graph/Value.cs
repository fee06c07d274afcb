namespace Alignment.Onnx.Graph;

enum ValueKind
{
    Input,

    Weight,

    Parameter,

    Constant,

    Computed,
}

// A tensor in a model being authored. Operators and methods on it add nodes to its graph and check shapes.
sealed partial class Value
{
    public Value(ModelGraph graph, string name, ValueKind kind, ElementType type, Shape shape, Node? producer = null)
    {
        (Graph, Name, Kind, Type, Shape, Producer) = (graph, name, kind, type, shape, producer);
    }

    public ModelGraph Graph { get; }

    // Unique in the graph.
    public string Name { get; set; }
    public ValueKind Kind { get; }
    public ElementType Type { get; }
    public Shape Shape { get; }
    public Node? Producer { get; }

    // A constant's numbers, little-endian; otherwise null.
    public byte[]? Data { get; init; }

    public int Rank => Shape.Count;

    /// <summary>One side; <c>x[^1]</c> is the innermost.</summary>
    public Dim this[Index axis] => Shape[axis.GetOffset(Rank)];

    public long[]? KnownInts => Data is not null && Type == ElementType.Int64 ? MemoryMarshal.Cast<byte, long>(Data).ToArray() : null;

    public float[]? KnownFloats => Data is not null && Type == ElementType.Float32 ? MemoryMarshal.Cast<byte, float>(Data).ToArray()
        : null;

    public override string ToString() => $"{Name} {Type}{Shape}";
}
