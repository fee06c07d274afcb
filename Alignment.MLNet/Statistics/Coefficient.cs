namespace Alignment.MLNet.Statistics;

/// <summary>One coefficient of a linear model.</summary>
/// <param name="StandardError">0 where the model fits exactly.</param>
/// <param name="Statistic">Estimate / error; where the error is 0: 0 for an estimate of 0, else infinite.</param>
/// <param name="Interval">Estimate ± quantile · error.</param>
sealed record Coefficient(double Estimate, double StandardError, double Statistic, double? Df, double P, Interval Interval)
{
    internal static Coefficient Student(double estimate, double error, double df, double confidence)
    {
        double t = estimate == 0 ? 0 : estimate / error, half = error == 0 ? 0 : Tails.StudentQuantile(confidence, df) * error;
        return new(estimate, error, t, df, Tails.StudentTwoSided(t, df), new(estimate - half, estimate + half));
    }

    internal static Coefficient Normal(double estimate, double error, double confidence)
    {
        double z = estimate == 0 ? 0 : estimate / error, half = Tails.NormalQuantile(confidence) * error;
        return new(estimate, error, z, null, double.IsInfinity(z) ? 0 : Tails.NormalTwoSided(z), new(estimate - half, estimate + half));
    }
}

/// <summary>An F test of two nested linear models.</summary>
/// <param name="F">[gain / df1] / [residual / df2]; where the larger model fits exactly: 0 if nothing was gained, else infinite.</param>
/// <param name="P">P(F ≥ f).</param>
sealed record FTest(double F, double Df1, double Df2, double P)
{
    internal static FTest Of(double gain, double df1, double residual, double df2)
    {
        double f = gain <= 0 ? 0 : gain / df1 / (residual / df2);
        return new(f, df1, df2, Tails.FUpper(f, df1, df2));
    }
}
