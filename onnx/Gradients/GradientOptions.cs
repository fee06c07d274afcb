namespace Alignment.Onnx.Gradients;

/// <summary>How gradients are made.</summary>
public sealed record GradientOptions
{
    public static GradientOptions Default { get; } = new();

    /// <summary>Every resnet and every transformer of a UNet, a ControlNet or an autoencoder is computed again: the usual choice where memory is short.</summary>
    public static GradientOptions RecomputeBlocks { get; } = RecomputeScopes("resnets.", "attentions.");

    /// <summary>
    /// Gradient checkpointing (Chen et al. 2016): from a node's name the name of the segment it belongs to, or null. What a
    /// segment computes is not kept for the backward pass but computed again from what goes into it. Saves memory, costs time;
    /// the gradients are the same numbers. Null keeps everything. See <see cref="RecomputeScopes"/>.
    /// </summary>
    public Func<string, string?>? Recompute { get; init; }

    /// <summary>
    /// A segment for every scope whose own name begins with one of these: "resnets." and "attentions." make each resnet and
    /// each transformer of a UNet one; "attn" the attentions within transformers, which are the largest; the outermost scope counts.
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
