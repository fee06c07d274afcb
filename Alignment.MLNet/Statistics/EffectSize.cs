namespace Alignment.MLNet.Statistics;

/// <summary>The difference of two means in standard deviations: comparable between metrics of different units.</summary>
/// <param name="CohenD">(x̄₁ − x̄₀) / s, s² = [(n₁ − 1) s₁² + (n₀ − 1) s₀²] / (n₁ + n₀ − 2) (Cohen, <i>Statistical Power Analysis</i>,
/// 1988, eq. 2.5.1). Where neither group varies: 0 if the means are equal, else infinite.</param>
/// <param name="HedgesG">d · (1 − 3 / (4 (n₁ + n₀) − 9)): d without most of its small-sample bias (Hedges, <i>Journal of Educational
/// Statistics</i> 6, 1981).</param>
sealed record EffectSize(double CohenD, double HedgesG)
{
    /// <summary>Of <paramref name="variant"/> against <paramref name="baseline"/>, each with at least two values.</summary>
    public static EffectSize Of(Sample variant, Sample baseline)
    {
        Checks.Sample("The effect size", "the variant", variant);
        Checks.Sample("The effect size", "the baseline", baseline);
        double n1 = variant.N, n0 = baseline.N;
        double sd = Math.Sqrt(((n1 - 1) * variant.Variance + (n0 - 1) * baseline.Variance) / (n1 + n0 - 2));
        double difference = variant.Mean - baseline.Mean, d = difference == 0 ? 0 : difference / sd;
        return new(d, d * (1 - 3 / (4 * (n1 + n0) - 9)));
    }
}
