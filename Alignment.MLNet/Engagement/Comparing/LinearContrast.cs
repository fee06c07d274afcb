using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

/// <summary>A weighted sum of independent means, Σ cᵢ x̄ᵢ, with error √(Σ cᵢ² sᵢ²/nᵢ) and Satterthwaite's degrees of freedom: Welch's test
/// for more than two groups (Satterthwaite, <i>Biometrics Bulletin</i> 2, 1946).</summary>
static class LinearContrast
{
    public static string? Of(IReadOnlyList<(double Weight, Sample Sample)> terms, out double estimate, out double error, out double df)
    {
        (estimate, error, df) = (0, 0, double.NaN);
        double variance = 0, spread = 0;
        foreach (var (weight, sample) in terms)
        {
            if (sample.N < 2) return FormattableString.Invariant($"a group with {sample.N} values, where each needs at least 2");
            if (!double.IsFinite(sample.Mean) || !double.IsFinite(sample.Variance)) return "values too large to compute a variance";
            estimate += weight * sample.Mean;
            variance += weight * weight * sample.Variance / sample.N;
        }
        if (!(variance > 0)) return "no variation in any group";
        foreach (var (weight, sample) in terms)
        {
            double share = weight * weight * sample.Variance / sample.N / variance;
            spread += share * share / (sample.N - 1);
        }
        (error, df) = (Math.Sqrt(variance), 1 / spread);
        return null;
    }
}
