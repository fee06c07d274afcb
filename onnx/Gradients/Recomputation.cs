using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>
/// One segment's forward values, recomputed as far as rules need them. A zero computed from the first <paramref name="gradient"/> that
/// reaches the segment is added to its inputs, so that a runtime neither merges the nodes with the forward pass nor runs them earlier.
/// </summary>
sealed class Recomputation(Func<Node, bool> inside, Value gradient)
{
    readonly Dictionary<Value, Value> _recomputed = [];
    readonly Dictionary<Value, Value> _entering = [];
    Value? _zero;

    // Nodes added so far.
    public List<Node> Nodes { get; } = [];

    // Recomputed where the segment computes it.
    public Value At(Value value)
    {
        if (value.Producer is not { } producer || !inside(producer)) return Entering(value);
        if (_recomputed.TryGetValue(value, out Value? known)) return known;
        Value?[] inputs = [.. producer.Inputs.Select(i => i is null ? null : At(i))];
        Node again = value.Graph.Add(producer.Op, inputs, [.. producer.Attributes.Select(a => (a.Key, (object?)a.Value))],
            producer.Outputs.Count, producer.Name);
        Nodes.Add(again);
        for (int i = 0; i < producer.Outputs.Count; i++) _recomputed[producer.Outputs[i]] = again.Outputs[i];
        return _recomputed[value];
    }

    // An input of the segment plus zero, for rules as well.
    Value Entering(Value value)
    {
        if (!value.Type.IsFloat() || value.Kind is not (ValueKind.Computed or ValueKind.Input)) return value;
        if (_entering.TryGetValue(value, out Value? known)) return known;
        Value entering = value + (_zero ??= Zero());
        Nodes.Add(entering.Producer!);
        return _entering[value] = entering;
    }

    /// <summary>e &lt; e of one element: 0 also for NaN, and no graph optimiser simplifies it.</summary>
    Value Zero()
    {
        Value flat = gradient.Rank == 0 ? gradient : gradient.Reshape(gradient.Shape.Aggregate((Dim)1, (count, side) => count * side))
            .Slice(0, 0, 1);
        return flat.IsLessThan(flat).Cast(gradient.Type);
    }
}
