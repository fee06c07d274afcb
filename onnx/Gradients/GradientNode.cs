using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>A derivative rule's view of a node: inputs, outputs, and the gradients of the outputs.</summary>
/// <param name="node">The node to differentiate.</param>
/// <param name="gradients">The loss's gradient by each output; null where none flows.</param>
/// <param name="wanted">For each input, whether its gradient is needed.</param>
/// <param name="at">From a value of the forward pass to the one the backward pass uses: itself, or a recomputed one.</param>
sealed class GradientNode(Node node, IReadOnlyList<Value?> gradients, IReadOnlyList<bool> wanted, Func<Value, Value> at)
{
    /// <summary>For attributes and shapes; values come from the indexer, <see cref="Y"/> and <see cref="Outputs"/>.</summary>
    public Node Node => node;

    public ModelGraph Graph => node.Outputs[0].Graph;

    public Value this[int input] => at(node[input]);

    /// <summary>An input that may have been left out.</summary>
    public Value? Optional(int input) => input < node.Inputs.Count && node.Inputs[input] is { } given ? at(given) : null;

    public int Inputs => node.Inputs.Count;

    /// <summary>The first output.</summary>
    public Value Y => at(node.Outputs[0]);

    /// <summary>This many outputs (a normalisation's statistics, say), even where the forward pass uses fewer.</summary>
    public IReadOnlyList<Value> Outputs(int count) => Graph.Extend(Y.Producer!, count);

    /// <summary>The gradient of <see cref="Y"/>.</summary>
    public Value G => gradients[0] ?? throw GraphException.For(node.Subject, "no gradient for its first output", "one");

    public Value? GradientOf(int output) => gradients[output];

    public bool Wants(int input) => input < wanted.Count && wanted[input];

    /// <summary>A gradient for an input, where it is needed.</summary>
    public Value? If(int input, Func<Value> gradient) => Wants(input) ? gradient() : null;
}

/// <summary>A derivative rule's view of a composite.</summary>
sealed class GradientComposite(Composite composite, Value g, IReadOnlyList<bool> wanted, Func<Value, Value> at)
{
    public Value this[int input] => at(composite.Inputs[input]);
    public Value Inner => at(composite.Inner);
    public Value Y => at(composite.Output);
    public Value G => g;
    public Composite Composite => composite;
    public Value? If(int input, Func<Value> gradient) => wanted[input] ? gradient() : null;
}
