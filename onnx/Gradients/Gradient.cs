using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>
/// Reverse-mode differentiation of a graph (Griewank and Walther 2008, chapter 3): walks the nodes backwards, sums over broadcast axes and
/// uses, and checks what <see cref="GradientRules"/> return. The backward pass becomes part of the same graph.
/// </summary>
static class Gradient
{
    /// <summary>
    /// Zeros where the loss does not depend on a value; <paramref name="segment"/> as in <see cref="Segments.Scopes"/>, null: nothing is
    /// recomputed.
    /// </summary>
    public static IReadOnlyList<Value> Of(Value loss, IReadOnlyList<Value> by, Func<string, string?>? segment = null) =>
        Of(loss, by, GradientRules.For, segment);

    public static IReadOnlyList<Value> Of(Value loss, IReadOnlyList<Value> by, Func<Node, Rule> rules, Func<string,
        string?>? segment = null)
    {
        if (!loss.Type.IsFloat() || loss.Shape.Any(d => d != 1))
            throw GraphException.For($"The gradient of '{loss.Name}'", $"{loss.Type}{loss.Shape}", "one floating-point number");
        return OfProduct(loss, loss.Graph.Constant([1f], loss.Shape), by, rules, segment);
    }

    // The gradients of Σ weight ∘ y, without computing that sum.
    public static IReadOnlyList<Value> OfProduct(Value y, Value weight, IReadOnlyList<Value> by, Func<Node, Rule> rules,
        Func<string, string?>? segment = null)
    {
        ModelGraph graph = y.Graph;
        Node[] nodes = [.. graph.Nodes];
        Dictionary<Node, Composite> composites = graph.Composites.ToDictionary(c => c.Nodes[^1]);
        var segments = new Segments(nodes, segment);
        HashSet<Value> active = Active(nodes, by), ends = [.. by];
        var parts = new Dictionary<Value, List<Value>>();
        void AddTo(Value of, Value part)
        {
            if (!parts.TryGetValue(of, out List<Value>? known)) parts.Add(of, known = []);
            known.Add(part);
        }
        Value? SumOf(Value of) => parts.TryGetValue(of, out List<Value>? sum) ? Sum(sum) : null;
        AddTo(y, weight);
        using IDisposable _ = graph.Scope("gradient");
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            Node node = nodes[i];
            if (!node.Outputs.Any(o => active.Contains(o) && parts.ContainsKey(o))) continue;
            using IDisposable scope = graph.Scope(node.Name);
            Value?[] gradients = [.. node.Outputs.Select(SumOf)];
            Func<Value, Value> at = segments.At(node, gradients.First(g => g is not null)!);
            // As one function, unless other nodes use its intermediate values.
            bool together = composites.TryGetValue(node, out Composite? composite)
                && !composite.Nodes.Any(n => n != node && n.Outputs.Any(o => parts.ContainsKey(o) || ends.Contains(o)));
            IReadOnlyList<Value?> inputs = together ? composite!.Inputs : node.Inputs;
            bool[] wanted = [.. inputs.Select(x => x is not null && active.Contains(x))];
            Value?[] results = together
                ? GradientRules.For(composite!)(new GradientComposite(composite!, gradients[0]!, wanted, at))
                : rules(node)(new GradientNode(node, gradients, wanted, at));
            if (results.Length != inputs.Count) throw WrongRule(node, $"{results.Length} gradients", $"{inputs.Count}, one for each input");
            for (int k = 0; k < results.Length; k++)
                if (wanted[k]) AddTo(inputs[k]!, SumToShape(results[k] ?? throw NotDifferentiable(node, k), inputs[k]!, node));
        }
        Value[] sums = [.. by.Select(x => SumOf(x) ?? graph.Constant(0f).ExpandLike(x))];
        graph.RemoveUnused(segments.Nodes);
        return sums;
    }

    static HashSet<Value> Active(Node[] nodes, IReadOnlyList<Value> by)
    {
        var active = new HashSet<Value>(by);
        foreach (Node node in nodes)
        {
            if (!GradientRules.Flows(node.Op) || !node.Inputs.Any(x => x is not null && active.Contains(x))) continue;
            foreach (Value output in node.Outputs)
                if (output.Type.IsFloat()) active.Add(output);
        }
        return active;
    }

    // Replaces the parts, so that a second call adds no node.
    static Value Sum(List<Value> parts)
    {
        Value sum = parts.Skip(1).Aggregate(parts[0], (x, y) => x + y);
        parts.Clear();
        parts.Add(sum);
        return sum;
    }

    /// <summary>Sums over the axes along which <paramref name="x"/> was broadcast.</summary>
    static Value SumToShape(Value gradient, Value x, Node node)
    {
        if (gradient.Shape.Equals(x.Shape)) return gradient;
        int extra = gradient.Rank - x.Rank;
        if (extra < 0) throw WrongRule(node, $"a gradient {gradient.Shape} for '{x.Name}'", $"{x.Shape}");
        var axes = new List<long>();
        for (int axis = 0; axis < gradient.Rank; axis++)
            if (axis < extra || (x.Shape[axis - extra] == 1 && gradient.Shape[axis] != 1)) axes.Add(axis);
        Value sum = axes.Count == 0 ? gradient : gradient.Sum([.. axes]);
        if (extra > 0) sum = sum.ReshapeLike(x);
        return sum.Shape.Equals(x.Shape) ? sum
            : throw WrongRule(node, $"a gradient {gradient.Shape} for '{x.Name}'", $"{x.Shape}, or what it was broadcast to");
    }

    static GraphException WrongRule(Node node, string found, string expected) =>
        GraphException.For($"The derivative rule of {node.Subject}", found, expected);

    static GraphException NotDifferentiable(Node node, int input) =>
        node.Bad($"a gradient wanted for its input {input}",
        "inputs its derivative rule covers; write it with other operators");
}
