namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// NSS: the prediction at fixations, in its own standard deviations above its mean (Peters, Iyer, Itti and Koch, "Components of bottom-up
/// gaze allocation in natural images", <i>Vision Research</i> 45, 2005).
/// <code>mean over fixations of (p at the fixation − mean p) / sd p,  sd with N in the denominator</code>
/// </summary>
static class NormalizedScanpathSaliency
{
    /// <summary>0 is chance, 1 a standard deviation better; 0 for a constant prediction, which says nothing; NaN without
    /// fixations.</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="fixations">Pixels y · W + x; one that occurs twice counts twice.</param>
    /// <exception cref="ArgumentException">The map is empty, a value is not finite, or a fixation lies outside.</exception>
    public static double Of(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations)
    {
        MapStatistics.Check(predicted, fixations);
        if (fixations.IsEmpty) return double.NaN;
        if (MapStatistics.IsConstant(predicted)) return 0;
        double mean = MapStatistics.Mean(predicted), sd = Math.Sqrt(MapStatistics.Squares(predicted, mean) / predicted.Length), sum = 0;
        foreach (int at in fixations) sum += (predicted[at] - mean) / sd;
        return sum / fixations.Length;
    }
}
