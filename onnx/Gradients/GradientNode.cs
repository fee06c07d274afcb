using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>What a derivative rule sees of one node: its inputs, its outputs, and the gradients of the outputs.</summary>
/// <param name="node">The node to differentiate.</param>
/// <param name="gradients">The loss's gradient for each output; null where none flows.</param>
/// <param name="wanted">For each input, whether its gradient is asked for. What is not wanted need not be made.</param>
sealed class GradientNode(Node node, IReadOnlyList<Value?> gradients, IReadOnlyList<bool> wanted)
{
    public Node Node => node;

    public ModelGraph Graph => node.Outputs[0].Graph;

    /// <summary>An input that must be there.</summary>
    public Value this[int input] => node[input];

    public int Inputs => node.Inputs.Count;

    /// <summary>The first output.</summary>
    public Value Y => node.Outputs[0];

    /// <summary>The gradient of <see cref="Y"/>.</summary>
    public Value G => gradients[0] ?? throw GraphException.For(node.Subject, "no gradient for its first output", "one");

    /// <summary>The gradient of an output, or null where none flows.</summary>
    public Value? GradientOf(int output) => gradients[output];

    public bool Wants(int input) => input < wanted.Count && wanted[input];

    /// <summary>A gradient for input <paramref name="input"/> only where it is wanted.</summary>
    public Value? If(int input, Func<Value> make) => Wants(input) ? make() : null;
}
