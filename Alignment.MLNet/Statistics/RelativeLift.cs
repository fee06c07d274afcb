namespace Alignment.MLNet.Statistics;

/// <summary>The relative difference m₁ / m₀ − 1 of two means, with three intervals: how many per cent a variant changes a metric.</summary>
/// <param name="Lift">m₁ / m₀ − 1; 0.02 is two per cent more.</param>
/// <param name="StandardError">√(s₁²/(n₁ m₀²) + m₁² s₀²/(n₀ m₀⁴)): the delta method.</param>
/// <param name="Delta">Lift ± z · error.</param>
/// <param name="Log">The same on ln(m₁ / m₀), carried back: never below −1. Null where the means differ in sign or the variant's is
/// 0.</param>
/// <param name="Fieller">The ratios θ for which m₁ − θ m₀ does not differ from 0 (Fieller, <i>JRSS B</i> 16, 1954): right also where the
/// baseline's mean is uncertain. Null where that mean does not differ from 0 at this confidence: the set is then unbounded.</param>
sealed record RelativeLift(double Lift, double StandardError, Interval Delta, Interval? Log, Interval? Fieller)
{
    public static RelativeLift Of(Sample variant, Sample baseline, double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        Checks.Sample("The lift", "the variant", variant);
        Checks.Sample("The lift", "the baseline", baseline);
        if (baseline.Mean == 0) throw BadDataException.For("The lift", "a baseline mean of 0", "another one",
            "Report the difference instead.");
        double z = Tails.NormalQuantile(confidence), m1 = variant.Mean, m0 = baseline.Mean, v1 = variant.Variance / variant.N,
            v0 = baseline.Variance / baseline.N;
        double ratio = m1 / m0, lift = (m1 - m0) / m0;
        double error = Math.Sqrt(v1 + ratio * ratio * v0) / Math.Abs(m0);
        Interval? log = null;
        if (ratio > 0)
        {
            double half = z * Math.Sqrt(v1 / (m1 * m1) + v0 / (m0 * m0));
            log = new(ratio * Math.Exp(-half) - 1, ratio * Math.Exp(half) - 1);
        }
        Interval? fieller = null;
        // (m₁ − θ m₀)² = z² (v₁ + θ² v₀) in units of m₀: (1 − g) θ² − 2 ratio θ + ratio² − h = 0.
        double g = z * z * v0 / (m0 * m0), h = z * z * v1 / (m0 * m0);
        if (g < 1)
        {
            double root = Math.Sqrt(Math.Max(0, h * (1 - g) + g * ratio * ratio));
            fieller = new((ratio - root) / (1 - g) - 1, (ratio + root) / (1 - g) - 1);
        }
        return new(lift, error, new(lift - z * error, lift + z * error), log, fieller);
    }
}
