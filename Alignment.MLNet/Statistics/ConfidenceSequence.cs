namespace Alignment.MLNet.Statistics;

/// <summary>An asymptotic confidence sequence of a difference of means: intervals that hold at every look together, so that an experiment
/// may be watched and stopped at any time. Waudby-Smith, Arbour, Sinha, Kennedy &amp; Ramdas, "Time-uniform central limit theory and
/// asymptotic confidence sequences" (arXiv 2103.06476v7), eqs 9, 155 and 161. Wider than a fixed-size interval: that is the price of
/// looking.</summary>
/// <param name="Rho">ρ = √((−2 ln α + ln(1 − 2 ln α)) / tuning).</param>
/// <param name="HalfWidth">√(n·se²) · √(2 (nρ² + 1) ln(√(nρ² + 1) / α)) / (nρ).</param>
/// <param name="P">min(1, √(nρ² + 1) · exp(−ρ² n (d/se)² / (2 (nρ² + 1)))), valid at any stopping time; where nothing varies 1 for no
/// difference, else 0.</param>
sealed record ConfidenceSequence(long N, double Difference, double StandardError, double Rho, double HalfWidth, double P)
{
    // Difference ± half width.
    public Interval Interval => new(Difference - HalfWidth, Difference + HalfWidth);

    /// <summary>At one look. Use the same <paramref name="alpha"/> and <paramref name="tuning"/> at every look of an experiment.</summary>
    public static ConfidenceSequence Of(Sample variant, Sample baseline, double alpha = 0.05, double tuning = 5000)
    {
        Checks.Sample("The confidence sequence", "the variant", variant);
        Checks.Sample("The confidence sequence", "the baseline", baseline);
        return Of(variant.N + baseline.N, variant.Mean - baseline.Mean,
            Math.Sqrt(variant.Variance / variant.N + baseline.Variance / baseline.N), alpha, tuning);
    }

    /// <summary>At one look, of any estimate that is asymptotically a mean over rows that come in one after the other: a weighted sum of
    /// variants' means, a ratio of sums. n · error² takes the place of the rows' variance: it is that of the estimate's influence
    /// function.</summary>
    /// <param name="error">Its standard error, 0 or more.</param>
    public static ConfidenceSequence Of(long n, double difference, double error, double alpha = 0.05, double tuning = 5000)
    {
        Checks.Fraction("The level α", alpha, "0.05 is customary.");
        Checks.Positive("The tuning size", tuning, "Give the number of rows expected in both groups; 5000 is the default.");
        double rho = Math.Sqrt((-2 * Math.Log(alpha) + Math.Log(1 - 2 * Math.Log(alpha))) / tuning);
        double grown = n * rho * rho + 1, half = Math.Sqrt(n) * error * Math.Sqrt(2 * grown * Math.Log(Math.Sqrt(grown) / alpha))
            / (n * rho);
        double z = difference == 0 ? 0 : difference / error;
        double p = Math.Min(1, Math.Sqrt(grown) * Math.Exp(-rho * rho * n * z * z / (2 * grown)));
        return new(n, difference, error, rho, half, p);
    }
}
