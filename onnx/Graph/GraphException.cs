namespace Alignment.Onnx.Graph;

/// <summary>A model is being written wrongly: an operator cannot take these inputs. Says the node, what it found and what it expects.</summary>
sealed class GraphException(string message) : InvalidOperationException(message)
{
    internal static GraphException For(string subject, string found, string expected) => new($"{subject}: found {found}, expected {expected}.");
}
