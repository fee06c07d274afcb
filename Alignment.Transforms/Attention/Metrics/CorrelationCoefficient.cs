namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// CC: Pearson's correlation of two maps over their pixels (Le Meur, Le Callet and Barba, "Predicting visual fixations on video based on
/// low-level visual features", <i>Vision Research</i> 47, 2007; discussed in Bylinskii, Judd, Oliva, Torralba and Durand, "What do
/// different evaluation metrics tell us about saliency models?", <i>IEEE TPAMI</i> 41, 2019, section 4.2).
/// <code>Σ (p − p̄)(t − t̄) / √(Σ (p − p̄)² Σ (t − t̄)²)</code>
/// </summary>
static class CorrelationCoefficient
{
    /// <summary>−1..1; NaN where the target is constant (there is nothing to agree with), 0 where only the prediction is (it says
    /// nothing).</summary>
    /// <exception cref="ArgumentException">The maps differ in size, are empty, or a value is not finite.</exception>
    public static double Of(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target)
    {
        MapStatistics.Check(predicted, target);
        if (MapStatistics.IsConstant(target)) return double.NaN;
        if (MapStatistics.IsConstant(predicted)) return 0;
        double meanP = MapStatistics.Mean(predicted), meanT = MapStatistics.Mean(target), pp = 0, tt = 0, pt = 0;
        for (int i = 0; i < target.Length; i++)
        {
            double p = predicted[i] - meanP, t = target[i] - meanT;
            pp += p * p;
            tt += t * t;
            pt += p * t;
        }
        // Two roots: a product of very small sums would vanish.
        return Math.Clamp(pt / Math.Sqrt(pp) / Math.Sqrt(tt), -1, 1);
    }
}
