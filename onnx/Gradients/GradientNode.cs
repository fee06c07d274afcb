using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>What a derivative rule sees of one node: its inputs, its outputs, and the gradients of the outputs.</summary>
/// <param name="node">The node to differentiate.</param>
/// <param name="gradients">The loss's gradient for each output; null where none flows.</param>
/// <param name="wanted">For each input, whether its gradient is asked for. What is not wanted need not be made.</param>
/// <param name="at">Where the backward pass finds a value of the forward pass: the value itself, or one computed again.</param>
sealed class GradientNode(Node node, IReadOnlyList<Value?> gradients, IReadOnlyList<bool> wanted, Func<Value, Value> at)
{
    /// <summary>The node as it was written, for its attributes and shapes. Numbers come from the indexer, <see cref="Y"/> and <see cref="Outputs"/>.</summary>
    public Node Node => node;

    public ModelGraph Graph => node.Outputs[0].Graph;

    /// <summary>An input that must be there.</summary>
    public Value this[int input] => at(node[input]);

    /// <summary>An input that may have been left out.</summary>
    public Value? Optional(int input) => input < node.Inputs.Count && node.Inputs[input] is { } given ? at(given) : null;

    public int Inputs => node.Inputs.Count;

    /// <summary>The first output.</summary>
    public Value Y => at(node.Outputs[0]);

    /// <summary>This many outputs, such as a normalisation's statistics, though the forward pass may have asked for fewer.</summary>
    public IReadOnlyList<Value> Outputs(int count) => Graph.Extend(Y.Producer!, count);

    /// <summary>The gradient of <see cref="Y"/>.</summary>
    public Value G => gradients[0] ?? throw GraphException.For(node.Subject, "no gradient for its first output", "one");

    /// <summary>The gradient of an output, or null where none flows.</summary>
    public Value? GradientOf(int output) => gradients[output];

    public bool Wants(int input) => input < wanted.Count && wanted[input];

    /// <summary>A gradient for input <paramref name="input"/> only where it is wanted.</summary>
    public Value? If(int input, Func<Value> make) => Wants(input) ? make() : null;
}

/// <summary>The same of a composite: <see cref="Inner"/> is the value between that its derivative uses.</summary>
sealed class GradientComposite(Composite composite, Value g, IReadOnlyList<bool> wanted, Func<Value, Value> at)
{
    public ModelGraph Graph => composite.Output.Graph;
    public Value this[int input] => at(composite.Inputs[input]);
    public Value Inner => at(composite.Inner);
    public Value Y => at(composite.Output);
    public Value G => g;
    public Composite Composite => composite;
    public Value? If(int input, Func<Value> make) => wanted[input] ? make() : null;
}
