namespace Alignment.Onnx.Gradients;

/// <summary>How gradients are computed.</summary>
public sealed record GradientOptions
{
    public static GradientOptions Default { get; } = new();

    /// <summary>Every resnet and transformer is recomputed: the usual choice where memory is short.</summary>
    public static GradientOptions RecomputeBlocks { get; } = RecomputeScopes("resnets.", "attentions.");

    /// <summary>
    /// Gradient checkpointing (Chen et al. 2016): from a node's name to its segment's, or null. A segment's values are recomputed from its
    /// inputs: less memory, more time, the same gradients.
    /// </summary>
    public Func<string, string?>? Recompute { get; init; }

    /// <summary>A segment for every outermost scope whose own name begins with one of these.</summary>
    public static GradientOptions RecomputeScopes(params string[] beginnings)
    {
        ArgumentNullException.ThrowIfNull(beginnings);
        return new() { Recompute = Segment };

        string? Segment(string node)
        {
            for (int start = 0, end; (end = node.IndexOf('/', start)) >= 0; start = end + 1)
                foreach (string beginning in beginnings)
                    if (node.AsSpan(start, end - start).StartsWith(beginning, StringComparison.Ordinal)) return node[..end];
            return null;
        }
    }
}
