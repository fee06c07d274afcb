namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// IG: how many bits a fixation the prediction, as a density, knows more than a baseline (Kümmerer, Wallis and Bethge,
/// "Information-theoretic model comparison unifies saliency metrics",
/// <i>PNAS</i> 112, 2015).
/// <code>mean over fixations of log2(density(p) + ε) − log2(density(b) + ε),  ε = 2.2204e-16</code>
/// </summary>
public static class InformationGain
{
    /// <summary>Against a uniform baseline. NaN without fixations.</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="fixations">Pixels y · W + x; one that occurs twice counts twice.</param>
    /// <exception cref="ArgumentException">The map is empty, a value is not finite, or a fixation lies outside.</exception>
    public static double Of(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations)
    {
        MapStatistics.Check(predicted, "predicted map", nameof(predicted));
        MapStatistics.CheckFixations(predicted.Length, fixations);
        return Bits(predicted, fixations) - (fixations.IsEmpty ? 0 : Math.Log2(1.0 / predicted.Length + MapStatistics.Epsilon));
    }

    /// <summary>Against a baseline map, such as where viewers look whatever is shown.</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="baseline">[H,W], as long.</param>
    /// <param name="fixations">Pixels y · W + x; one that occurs twice counts twice.</param>
    /// <exception cref="ArgumentException">The maps differ in size, are empty, a value is not finite, or a fixation lies
    /// outside.</exception>
    public static double Of(ReadOnlySpan<float> predicted, ReadOnlySpan<float> baseline, ReadOnlySpan<int> fixations)
    {
        MapStatistics.Check(predicted, baseline);
        MapStatistics.CheckFixations(predicted.Length, fixations);
        return Bits(predicted, fixations) - Bits(baseline, fixations);
    }

    static double Bits(ReadOnlySpan<float> map, ReadOnlySpan<int> fixations)
    {
        if (fixations.IsEmpty) return double.NaN;
        MapDensity density = new(map);
        double sum = 0;
        foreach (int at in fixations) sum += Math.Log2(density[at] + MapStatistics.Epsilon);
        return sum / fixations.Length;
    }
}
