namespace Alignment.MLNet.Statistics;

/// <summary>CUPED: the difference of two means after what a covariate measured before the experiment explains is taken off (Deng, Xu,
/// Kohavi &amp; Walker, WSDM 2013). Unbiased, because the covariate cannot know the variant; the more it explains, the smaller the
/// error.</summary>
/// <param name="Theta">[(n₁−1) cov₁ + (n₀−1) cov₀] / [(n₁−1) var₁(x) + (n₀−1) var₀(x)], pooled within the groups; 0 where the covariate is
/// constant.</param>
/// <param name="Difference">(ȳ₁ − ȳ₀) − θ (x̄₁ − x̄₀).</param>
/// <param name="StandardError">Welch's, of y − θx.</param>
/// <param name="Df">Satterthwaite's, of y − θx; null where y − θx does not vary.</param>
/// <param name="VarianceReduction">1 − error² / raw error²: 0.4 means that 40 % fewer rows would have done. Negative where the covariate
/// does not help; 0 where nothing varies.</param>
sealed record Cuped(double Theta, double RawDifference, double RawStandardError, double Difference, double StandardError, double? Df,
    double? P, Interval? Interval, double VarianceReduction)
{
    // What subtraction leaves of a residual variance that is exactly 0, relative to what was subtracted.
    const double Rounding = 1e-14;

    /// <summary>Of pairs x (covariate), y (metric); rows without either are left out beforehand. At least two pairs in each
    /// group.</summary>
    public static Cuped Of(PairSample variant, PairSample baseline, double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        Check("the variant", variant);
        Check("the baseline", baseline);
        double n1 = variant.N, n0 = baseline.N;
        double within = (n1 - 1) * variant.VarianceX + (n0 - 1) * baseline.VarianceX;
        double theta = within > 0 ? ((n1 - 1) * variant.Covariance + (n0 - 1) * baseline.Covariance) / within : 0;
        double rawDifference = variant.MeanY - baseline.MeanY, difference = rawDifference - theta * (variant.MeanX - baseline.MeanX);
        double rawError = Math.Sqrt(variant.VarianceY / n1 + baseline.VarianceY / n0);
        double v1 = Adjusted(variant, theta), v0 = Adjusted(baseline, theta);
        if (v1 <= 0 && v0 <= 0) return new(theta, rawDifference, rawError, difference, 0, null, null, null, rawError > 0 ? 1 : 0);
        var welch = new TwoSampleTTest(difference, v1, variant.N, 0, v0, baseline.N, assumeEqualVariances: false);
        var (low, high) = welch.GetConfidenceInterval(confidence);
        double share = welch.StandardError / rawError;
        return new(theta, rawDifference, rawError, difference, welch.StandardError, welch.DegreesOfFreedom, welch.PValue, new(low, high),
            theta == 0 ? 0 : 1 - share * share);
    }

    static double Adjusted(PairSample s, double theta)
    {
        double explained = theta * theta * s.VarianceX, variance = s.VarianceY - 2 * theta * s.Covariance + explained;
        return variance <= Rounding * (s.VarianceY + explained) ? 0 : variance;
    }

    static void Check(string group, PairSample s)
    {
        Checks.Sample("CUPED", group, s.Y);
        Checks.Sample("CUPED", $"the covariate of {group}", new(s.N, s.MeanX, s.VarianceX));
    }
}
