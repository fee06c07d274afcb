using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>
/// Gradient checkpointing (Chen et al. 2016): the values of the forward pass's segments are recomputed from their inputs, which takes less
/// memory and more time, and gives the same gradients.
/// </summary>
sealed class Segments
{
    // Every resnet and transformer.
    public static Func<string, string?> Blocks { get; } = Scopes("resnets.", "attentions.");

    readonly Dictionary<Node, string> _segments = [];
    readonly Dictionary<string, Recomputation> _recomputed = [];

    public Segments(Node[] nodes, Func<string, string?>? segment)
    {
        if (segment is null) return;
        foreach (Node node in nodes)
            if (segment(node.Name) is { } name) _segments.Add(node, name);
    }

    // From a node's name to its outermost scope whose own name begins with one of these, or null.
    public static Func<string, string?> Scopes(params string[] beginnings) => node =>
    {
        for (int start = 0, end; (end = node.IndexOf('/', start)) >= 0; start = end + 1)
            foreach (string beginning in beginnings)
                if (node.AsSpan(start, end - start).StartsWith(beginning, StringComparison.Ordinal)) return node[..end];
        return null;
    };

    // The first gradient that reaches a segment begins its recomputation.
    public Func<Value, Value> At(Node node, Value gradient)
    {
        if (!_segments.TryGetValue(node, out string? name)) return value => value;
        if (!_recomputed.TryGetValue(name, out Recomputation? again))
            _recomputed.Add(name, again = new(n => _segments.TryGetValue(n, out string? of) && of == name, gradient));
        return again.At;
    }

    public IEnumerable<Node> Nodes => _recomputed.Values.SelectMany(r => r.Nodes);
}
