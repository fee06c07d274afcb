using MathNet.Numerics;

namespace Alignment.MLNet.Statistics;

/// <summary>Tail probabilities and quantiles of the textbook distributions. Upper tails are computed as such, never as 1 − CDF, so that
/// small p-values keep their digits. The special functions are MathNet.Numerics'.</summary>
static class Tails
{
    internal static double Normal(double z) => 0.5 * SpecialFunctions.Erfc(-z / Constants.Sqrt2);

    // 1 − Φ(z).
    internal static double NormalUpper(double z) => 0.5 * SpecialFunctions.Erfc(z / Constants.Sqrt2);

    // P(|Z| ≥ |z|).
    internal static double NormalTwoSided(double z) => SpecialFunctions.Erfc(Math.Abs(z) / Constants.Sqrt2);

    // z with P(|Z| ≤ z) = confidence.
    internal static double NormalQuantile(double confidence) => -SeededNormal.Quantile((1 - confidence) / 2);

    // P(T ≥ t).
    internal static double StudentUpper(double t, double df)
    {
        double half = TwoSampleTTest.TwoSidedP(t, df) / 2;
        return t >= 0 ? half : 1 - half;
    }

    // P(|T| ≥ |t|), also of an infinite t.
    internal static double StudentTwoSided(double t, double df) => double.IsInfinity(t) ? 0 : TwoSampleTTest.TwoSidedP(t, df);

    // t with P(|T| ≤ t) = confidence.
    internal static double StudentQuantile(double confidence, double df) => TwoSampleTTest.Quantile(confidence, df);

    /// <summary>P(F ≥ f): Abramowitz &amp; Stegun 26.6.2.</summary>
    internal static double FUpper(double f, double df1, double df2) =>
        f <= 0 ? 1 : double.IsInfinity(f) ? 0 : SpecialFunctions.BetaRegularized(df2 / 2, df1 / 2, df2 / (df2 + df1 * f));

    /// <summary>P(χ² ≥ x): Abramowitz &amp; Stegun 26.4.19.</summary>
    internal static double ChiSquareUpper(double x, double df) =>
        x <= 0 ? 1 : double.IsInfinity(x) ? 0 : SpecialFunctions.GammaUpperRegularized(df / 2, x / 2);
}
