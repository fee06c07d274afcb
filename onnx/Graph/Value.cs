namespace Alignment.Onnx.Graph;

/// <summary>Where a value comes from.</summary>
enum ValueKind
{
    /// <summary>Given by the caller when the model runs.</summary>
    Input,

    /// <summary>A named tensor of the model, filled from weights when it is saved.</summary>
    Weight,

    /// <summary>A named tensor of the model that training changes: given by the caller like an input, under the weight's name.</summary>
    Parameter,

    /// <summary>A few numbers written by the author of the graph.</summary>
    Constant,

    /// <summary>Made by a node.</summary>
    Computed,
}

/// <summary>
/// A tensor in a model being written: its element type and shape are known, its numbers are not. Operators and
/// methods on it add nodes to its graph and check shapes as they do; the nodes get the name of the graph's current scope.
/// </summary>
sealed partial class Value
{
    internal Value(ModelGraph graph, string name, ValueKind kind, ElementType type, Shape shape, Node? producer = null)
    {
        (Graph, Name, Kind, Type, Shape, Producer) = (graph, name, kind, type, shape, producer);
    }

    public ModelGraph Graph { get; }

    /// <summary>Unique in the graph.</summary>
    public string Name { get; internal set; }
    public ValueKind Kind { get; }
    public ElementType Type { get; }
    public Shape Shape { get; }

    /// <summary>The node that makes it; null for inputs, weights and constants.</summary>
    public Node? Producer { get; }

    /// <summary>The numbers of a <see cref="ValueKind.Constant"/>, little-endian; otherwise null.</summary>
    internal byte[]? Data { get; init; }

    public int Rank => Shape.Count;

    /// <summary>One side; <c>x[^1]</c> is the innermost.</summary>
    public Dim this[Index axis] => Shape[axis.GetOffset(Rank)];

    /// <summary>The numbers of an int64 constant, or null when they are not known while authoring.</summary>
    internal long[]? KnownInts =>
        Data is not null && Type == ElementType.Int64 ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(Data).ToArray() : null;

    public override string ToString() => $"{Name} {Type}{Shape}";
}
