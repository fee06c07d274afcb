using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>
/// A rule's view of a node; <paramref name="at"/> leads from a value of the forward pass to the one the backward pass uses, itself or a
/// recomputed one.
/// </summary>
sealed class GradientNode(Node node, IReadOnlyList<Value?> gradients, IReadOnlyList<bool> wanted, Func<Value, Value> at)
{
    public Node Node => node;

    public ModelGraph Graph => node.Outputs[0].Graph;

    public Value this[int input] => at(node[input]);

    // An input that may have been left out.
    public Value? Optional(int input) => input < node.Inputs.Count && node.Inputs[input] is { } given ? at(given) : null;

    public int Inputs => node.Inputs.Count;

    public Value Y => at(node.Outputs[0]);

    // This many outputs, even where the forward pass uses fewer.
    public IReadOnlyList<Value> Outputs(int count) => Graph.Extend(Y.Producer!, count);

    public Value G => gradients[0] ?? throw node.Bad("no gradient for its first output", "one");

    public Value? GradientOf(int output) => gradients[output];

    public bool Wants(int input) => input < wanted.Count && wanted[input];

    // A gradient for an input, where it is needed.
    public Value? If(int input, Func<Value> gradient) => Wants(input) ? gradient() : null;
}

sealed class GradientComposite(Composite composite, Value g, IReadOnlyList<bool> wanted, Func<Value, Value> at)
{
    public Value this[int input] => at(composite.Inputs[input]);
    public Value Inner => at(composite.Inner);
    public Value Y => at(composite.Output);
    public Value G => g;
    public Composite Composite => composite;
    public Value? If(int input, Func<Value> gradient) => wanted[input] ? gradient() : null;
}
