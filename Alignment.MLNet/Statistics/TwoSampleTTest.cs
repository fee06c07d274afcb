using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Alignment.MLNet.Statistics;

/// <summary>
/// Student's (pooled variance) or Welch's t-test of two independent samples, two-sided. The constructor, the property
/// names and <see cref="GetConfidenceInterval"/> are those of Accord.NET's class of this name, so that Accord can be put in
/// its place where its package can be had; the distribution is MathNet.Numerics'.
/// </summary>
/// <remarks>Welch, <i>Biometrika</i> 34 (1947); degrees of freedom by Satterthwaite, <i>Biometrics Bulletin</i> 2 (1946).</remarks>
sealed class TwoSampleTTest
{
    /// <param name="var1">Its variance (n − 1 in the denominator).</param>
    /// <param name="samples1">Its size, at least 2.</param>
    /// <param name="samples2">Its size, at least 2.</param>
    public TwoSampleTTest(double mean1, double var1, long samples1, double mean2, double var2, long samples2,
        bool assumeEqualVariances = true)
    {
        if (WhyNot(new(samples1, mean1, var1), new(samples2, mean2, var2)) is { } why)
            throw BadDataException.For("The t-test", why, "two samples of at least two values that vary", "Collect more data.");
        AssumeEqualVariances = assumeEqualVariances;
        (EstimatedValue1, EstimatedValue2) = (mean1, mean2);
        double n1 = samples1, n2 = samples2;
        if (assumeEqualVariances)
        {
            DegreesOfFreedom = n1 + n2 - 2;
            StandardError = Math.Sqrt(((n1 - 1) * var1 + (n2 - 1) * var2) / DegreesOfFreedom * (1 / n1 + 1 / n2));
        }
        else
        {
            double s1 = var1 / n1, s2 = var2 / n2;
            StandardError = Math.Sqrt(s1 + s2);
            // Shares of the whole, so that very small or large variances do not leave the range of a double when squared.
            double share1 = s1 / (s1 + s2), share2 = s2 / (s1 + s2);
            DegreesOfFreedom = 1 / (share1 * share1 / (n1 - 1) + share2 * share2 / (n2 - 1));
        }
        Statistic = ObservedDifference / StandardError;
        PValue = TwoSidedP(Statistic, DegreesOfFreedom);
    }

    public bool AssumeEqualVariances { get; }
    public double EstimatedValue1 { get; }
    public double EstimatedValue2 { get; }
    public double ObservedDifference => EstimatedValue1 - EstimatedValue2;
    public double StandardError { get; }
    public double DegreesOfFreedom { get; }
    public double Statistic { get; }
    public double PValue { get; }

    /// <summary>The interval that holds the true difference in <paramref name="percent"/> (0 … 1) of such experiments.</summary>
    public (double Min, double Max) GetConfidenceInterval(double percent = 0.95)
    {
        if (!(percent is > 0 and < 1))
            throw UsageException.For("The confidence", percent.ToString(CultureInfo.InvariantCulture), "a number between 0 and 1",
                "0.95 is customary.");
        double half = Quantile(percent, DegreesOfFreedom) * StandardError;
        return (ObservedDifference - half, ObservedDifference + half);
    }

    internal static string? WhyNot(Sample first, Sample second)
    {
        if (first.N < 2 || second.N < 2) return
            FormattableString.Invariant($"{first.N} and {second.N} values, where each group needs at least 2");
        if (!double.IsFinite(first.Mean) || !double.IsFinite(second.Mean) || !double.IsFinite(first.Variance)
            || !double.IsFinite(second.Variance)) return "values too large to compute a variance";
        return first.Variance <= 0 && second.Variance <= 0 ? "no variation in either group" : null;
    }

    // P(|T| ≥ |t|) = I_x(df/2, 1/2), x = df / (df + t²): Abramowitz & Stegun 26.7.1. No cancellation in the far tail,
    // where 2·(1 − CDF) would lose every digit.
    internal static double TwoSidedP(double t, double df) => SpecialFunctions.BetaRegularized(df / 2, 0.5, df / (df + t * t));

    /// <summary>t with P(|T| ≤ t) = <paramref name="percent"/>.</summary>
    internal static double Quantile(double percent, double df)
    {
        double t = StudentT.InvCDF(0, 1, df, (1 + percent) / 2);
        // MathNet finds the root to an absolute 1e-12 of the probability; one Newton step gives the remaining digits.
        return t + (TwoSidedP(t, df) - (1 - percent)) / (2 * StudentT.PDF(0, 1, df, t));
    }
}
