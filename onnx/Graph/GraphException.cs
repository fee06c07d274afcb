namespace Alignment.Onnx.Graph;

// A graph is authored wrongly: an operator cannot take these inputs.
sealed class GraphException(string message) : InvalidOperationException(message)
{
    public static GraphException For(string subject, string found, string expected) =>
        new($"{subject}: found {found}, expected {expected}.");
}
