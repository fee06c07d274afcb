using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Gradients;

/// <summary>The segments of the forward pass and their recomputations.</summary>
sealed class Segments
{
    readonly Dictionary<Node, string> _segments = [];
    readonly Dictionary<string, Recomputation> _recomputed = new(StringComparer.Ordinal);

    public Segments(Node[] nodes, Func<string, string?>? segment)
    {
        if (segment is null) return;
        foreach (Node node in nodes)
            if (segment(node.Name) is { } name) _segments.Add(node, name);
    }

    /// <summary>The first gradient that reaches a segment begins its recomputation.</summary>
    public Func<Value, Value> At(Node node, Value gradient)
    {
        if (!_segments.TryGetValue(node, out string? name)) return value => value;
        if (!_recomputed.TryGetValue(name, out Recomputation? again))
            _recomputed.Add(name, again = new(n => _segments.TryGetValue(n, out string? of) && of == name, gradient));
        return again.At;
    }

    public IEnumerable<Node> Nodes => _recomputed.Values.SelectMany(r => r.Nodes);
}
