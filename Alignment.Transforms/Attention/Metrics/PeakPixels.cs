namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// Pixels that stand for fixations where only a heatmap is known: the highest part of its pixels. A convention, not a measurement: NSS and
/// AUC need points, and a heatmap has none. The rule has no randomness, so that two programs agree.
/// </summary>
static class PeakPixels
{
    /// <summary>One pixel in twenty: about the area that sharp sight covers in a few fixations of a screen, and few enough that a peaked
    /// map's flanks are not in it.</summary>
    public const double DefaultFraction = 0.05;

    /// <summary>The pixels whose value is at least that of the k-th highest, k = ⌈fraction · N⌉, in ascending order; equal values are all
    /// in. Empty for a constant map, which has no peak.</summary>
    /// <param name="target">[H,W], any finite values.</param>
    /// <param name="fraction">Above 0, at most 1.</param>
    /// <exception cref="ArgumentException">The map is empty, a value is not finite, or the fraction is out of range.</exception>
    public static int[] Of(ReadOnlySpan<float> target, double fraction = DefaultFraction)
    {
        if (!(fraction is > 0 and <= 1))
            throw new ArgumentException(FormattableString.Invariant($"A fraction of {fraction}, expected above 0 and at most 1."),
                nameof(fraction));
        MapStatistics.Check(target, "target map", nameof(target));
        if (MapStatistics.IsConstant(target)) return [];
        float[] sorted = target.ToArray();
        MapStatistics.Sort(sorted);
        float least = sorted[^Math.Clamp((int)Math.Ceiling(fraction * sorted.Length), 1, sorted.Length)];
        // A plateau at the bottom (zeros around a small blob) is no peak: then only what rises above it.
        if (least == sorted[0]) least = sorted[Array.FindIndex(sorted, v => v > sorted[0])];
        int count = 0;
        foreach (float v in target)
            if (v >= least) count++;
        int[] pixels = new int[count];
        for (int i = 0, n = 0; i < target.Length; i++)
            if (target[i] >= least) pixels[n++] = i;
        return pixels;
    }
}
