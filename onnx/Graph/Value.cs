using System.Runtime.InteropServices;

namespace Alignment.Onnx.Graph;

enum ValueKind
{
    Input,

    /// <summary>A named tensor, filled from weights when the model is saved.</summary>
    Weight,

    /// <summary>A named tensor that training changes: an input at run time, under the weight's name.</summary>
    Parameter,

    /// <summary>Numbers written by the graph's author.</summary>
    Constant,

    /// <summary>A node's output.</summary>
    Computed,
}

/// <summary>
/// A tensor in a model being authored: its type and shape are known, its numbers are not. Operators and methods on it add nodes to its
/// graph, in the current scope, and check shapes.
/// </summary>
sealed partial class Value
{
    public Value(ModelGraph graph, string name, ValueKind kind, ElementType type, Shape shape, Node? producer = null)
    {
        (Graph, Name, Kind, Type, Shape, Producer) = (graph, name, kind, type, shape, producer);
    }

    public ModelGraph Graph { get; }

    /// <summary>Unique in the graph.</summary>
    public string Name { get; internal set; }
    public ValueKind Kind { get; }
    public ElementType Type { get; }
    public Shape Shape { get; }

    /// <summary>The node that computes it; null for inputs, weights and constants.</summary>
    public Node? Producer { get; }

    /// <summary>The numbers of a <see cref="ValueKind.Constant"/>, little-endian; otherwise null.</summary>
    internal byte[]? Data { get; init; }

    public int Rank => Shape.Count;

    /// <summary>One side; <c>x[^1]</c> is the innermost.</summary>
    public Dim this[Index axis] => Shape[axis.GetOffset(Rank)];

    /// <summary>The numbers of an int64 constant, else null.</summary>
    internal long[]? KnownInts => Data is not null && Type == ElementType.Int64 ? MemoryMarshal.Cast<byte, long>(Data).ToArray() : null;

    /// <summary>The numbers of a float32 constant, else null.</summary>
    internal float[]? KnownFloats => Data is not null && Type == ElementType.Float32 ? MemoryMarshal.Cast<byte, float>(Data).ToArray()
        : null;

    public override string ToString() => $"{Name} {Type}{Shape}";
}
