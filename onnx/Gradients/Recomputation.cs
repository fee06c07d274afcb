using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>
/// One segment's forward values, computed again for the backward pass as far as rules ask for them. A zero made from the
/// segment's first gradient is added to what goes in: so a runtime neither recognises the nodes as those of the forward
/// pass, to share their results, nor runs them before that gradient is there.
/// </summary>
/// <param name="inside">Whether a node belongs to the segment.</param>
/// <param name="gradient">The first gradient that reaches the segment.</param>
sealed class Recomputation(Func<Node, bool> inside, Value gradient)
{
    readonly Dictionary<Value, Value> _made = [];
    readonly Dictionary<Value, Value> _entering = [];
    Value? _zero;

    /// <summary>Nodes added so far.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>A value of the forward pass for use in the backward pass: computed again when the segment makes it, else itself.</summary>
    public Value At(Value value)
    {
        if (value.Producer is not { } producer || !inside(producer)) return Entering(value);
        if (_made.TryGetValue(value, out Value? known)) return known;
        Node again = value.Graph.Add(producer.Op, [.. producer.Inputs.Select(i => i is null ? null : At(i))], producer.Attributes.Select(a => new KeyValuePair<string, object?>(a.Key, a.Value)), producer.Outputs.Count, producer.Name);
        Nodes.Add(again);
        for (int i = 0; i < producer.Outputs.Count; i++) _made[producer.Outputs[i]] = again.Outputs[i];
        return _made[value];
    }

    /// <summary>Rules read it so as well: what they compute from it may be what the forward pass computes from it.</summary>
    Value Entering(Value value)
    {
        if (!value.Type.IsFloat() || value.Kind is not (ValueKind.Computed or ValueKind.Input)) return value;
        if (_entering.TryGetValue(value, out Value? known)) return known;
        Value entering = value + (_zero ??= Zero());
        Nodes.Add(entering.Producer!);
        return _entering[value] = entering;
    }

    /// <summary>e &lt; e of one element: 0 also where e is no number, and nothing that rewriting sees through.</summary>
    Value Zero()
    {
        Value flat = gradient.Rank == 0 ? gradient : gradient.Reshape(gradient.Shape.Aggregate((Dim)1, (count, side) => count * side)).Slice(0, 0, 1);
        return flat.IsLessThan(flat).Cast(gradient.Type);
    }
}
