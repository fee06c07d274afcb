namespace Alignment.Onnx.Graph;

/// <summary>What several nodes together compute, where its derivative is simpler than theirs one by one.</summary>
enum CompositeKind
{
    /// <summary>y = x σ(x). Inner: σ(x).</summary>
    Silu,

    /// <summary>y = x̂ γ + β. Inner: x̂ as [batch, groups, rest].</summary>
    GroupNorm,

    /// <summary>y = softmax(x) v over the innermost axis of x. Inner: the softmax.</summary>
    SoftmaxProduct,
}

/// <summary>Nodes that stand next to each other and were written as one function. What they are is a hint: each node also stands for itself.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Inputs">What goes in.</param>
/// <param name="Inner">The value between that its derivative uses.</param>
/// <param name="Output">What comes out.</param>
/// <param name="Nodes">Its nodes, the last of which makes <paramref name="Output"/>.</param>
sealed record Composite(CompositeKind Kind, IReadOnlyList<Value> Inputs, Value Inner, Value Output, IReadOnlyList<Node> Nodes);

/// <summary>Composites.</summary>
sealed partial class ModelGraph
{
    readonly List<Composite> _composites = [];

    internal IReadOnlyList<Composite> Composites => _composites;

    /// <summary>Says that the nodes from number <paramref name="first"/> to the newest are one function.</summary>
    internal Value Compose(CompositeKind kind, int first, IReadOnlyList<Value> inputs, Value inner, Value output)
    {
        _composites.Add(new(kind, inputs, inner, output, _nodes[first..]));
        return output;
    }
}
