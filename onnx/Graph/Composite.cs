namespace Alignment.Onnx.Graph;

// Functions of several nodes whose derivative is simpler than the nodes'.
enum CompositeKind
{
    // y = x σ(x). Inner: σ(x).
    Silu,

    // y = x̂ γ + β. Inner: x̂ as [batch, groups, rest].
    GroupNorm,

    // y = softmax(x) v over the innermost axis of x. Inner: the softmax.
    SoftmaxProduct,
}

/// <summary>
/// Consecutive nodes written as one function, a hint to the gradient; <paramref name="Inner"/> is the value its derivative uses.
/// </summary>
sealed record Composite(CompositeKind Kind, IReadOnlyList<Value> Inputs, Value Inner, Value Output, IReadOnlyList<Node> Nodes);

sealed partial class ModelGraph
{
    readonly List<Composite> _composites = [];

    public IReadOnlyList<Composite> Composites => _composites;

    /// <summary>Records the nodes from number <paramref name="first"/> on as one function.</summary>
    public Value Compose(CompositeKind kind, int first, IReadOnlyList<Value> inputs, Value inner, Value output)
    {
        _composites.Add(new(kind, inputs, inner, output, _nodes[first..]));
        return output;
    }
}
