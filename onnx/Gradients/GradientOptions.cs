namespace Alignment.Onnx.Gradients;

/// <summary>How gradients are computed.</summary>
public sealed record GradientOptions
{
    public static GradientOptions Default { get; } = new();

    /// <summary>Recomputes every resnet and transformer of a UNet, ControlNet or autoencoder: the usual choice where memory is
    /// short.</summary>
    public static GradientOptions RecomputeBlocks { get; } = RecomputeScopes("resnets.", "attentions.");

    /// <summary>
    /// Gradient checkpointing (Chen et al. 2016): from a node's name to its segment's name, or null. A segment's values are not stored for
    /// the backward pass but recomputed from its inputs: less memory, more time, the same gradients. Null stores everything.
    /// </summary>
    public Func<string, string?>? Recompute { get; init; }

    /// <summary>
    /// A segment for every outermost scope whose own name begins with one of these: "resnets." and "attentions." for each resnet and
    /// transformer of a UNet, "attn" for the attentions within transformers, which are the largest.
    /// </summary>
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
