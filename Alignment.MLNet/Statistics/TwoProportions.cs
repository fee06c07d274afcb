namespace Alignment.MLNet.Statistics;

/// <summary>A closed interval.</summary>
public readonly record struct Interval(double Low, double High);

/// <summary>Two proportions compared: clicks of impressions, conversions of clicks. All of it takes the trials for independent; where one
/// video or person brings many of them, <see cref="RatioMetric"/> is the honest test.</summary>
/// <param name="ZPooled">Difference / √(p̄q̄(1/n₁ + 1/n₀)), p̄ the rate of both together; null where that is 0 or 1.</param>
/// <param name="ZUnpooled">Difference / √(p₁q₁/n₁ + p₀q₀/n₀); null where both rates are 0 or 1.</param>
/// <param name="Wald">Difference ± z · the unpooled error. Too narrow for small counts.</param>
/// <param name="Newcombe">From the two Wilson scores (Newcombe, <i>Statistics in Medicine</i> 17, 1998, method 10). The one to
/// report.</param>
/// <param name="AgrestiCaffo">Wald's after one success and one failure are added to each group (<i>The American Statistician</i> 54,
/// 2000).</param>
/// <param name="Ratio">p₁ / p₀; null where p₀ is 0.</param>
/// <param name="RatioLog">exp(ln ratio ± z √(1/x₁ − 1/n₁ + 1/x₀ − 1/n₀)) (Katz et al., <i>Biometrics</i> 34, 1978); null where a count is
/// 0.</param>
sealed record TwoProportions(double Rate, double BaselineRate, double? ZPooled, double? PPooled, double? ZUnpooled,
    double? PUnpooled,
    Interval Wald, Interval Newcombe, Interval AgrestiCaffo, double? Ratio, Interval? RatioLog)
{
    public double Difference => Rate - BaselineRate;

    /// <summary>Of the difference, not pooled: √(p₁q₁/n₁ + p₀q₀/n₀).</summary>
    public double StandardError { get; init; }

    /// <param name="successes">The variant's, 0 … trials.</param>
    /// <param name="trials">The variant's, 1 or more.</param>
    public static TwoProportions Of(long successes, long trials, long baselineSuccesses, long baselineTrials, double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        Check("the variant", successes, trials);
        Check("the baseline", baselineSuccesses, baselineTrials);
        double x1 = successes, n1 = trials, x0 = baselineSuccesses, n0 = baselineTrials, z = Tails.NormalQuantile(confidence);
        double p1 = x1 / n1, p0 = x0 / n0, difference = p1 - p0;
        double pooledRate = (x1 + x0) / (n1 + n0), pooled =
            Math.Sqrt(pooledRate * (((n1 - x1) + (n0 - x0)) / (n1 + n0)) * (1 / n1 + 1 / n0));
        double unpooled = Error(x1, n1, x0, n0);
        double? zPooled = pooled > 0 ? difference / pooled : null, zUnpooled = unpooled > 0 ? difference / unpooled : null;

        var (l1, u1) = Wilson(x1, n1, z);
        var (l0, u0) = Wilson(x0, n0, z);
        var newcombe = new Interval(difference - Length(p1 - l1, u0 - p0), difference + Length(u1 - p1, p0 - l0));
        double centre = (x1 + 1) / (n1 + 2) - (x0 + 1) / (n0 + 2), half = z * Error(x1 + 1, n1 + 2, x0 + 1, n0 + 2);
        double? ratio = x0 > 0 ? p1 / p0 : null;
        // 1/x − 1/n = (n − x) / (x n): exactly 0 where all succeed.
        double spread = Math.Exp(z * Math.Sqrt((n1 - x1) / (x1 * n1) + (n0 - x0) / (x0 * n0)));
        return new(p1, p0, zPooled, P(zPooled), zUnpooled, P(zUnpooled),
            new(difference - z * unpooled, difference + z * unpooled), newcombe, new(centre - half, centre + half),
            ratio, x1 > 0 && ratio is { } r ? new(r / spread, r * spread) : null)
        {
            StandardError = unpooled,
        };
    }

    /// <summary>Wilson's score interval of one proportion (<i>JASA</i> 22, 1927), without continuity correction.</summary>
    internal static (double Low, double High) Wilson(double x, double n, double z)
    {
        double root = z * Math.Sqrt(z * z + 4 * x * ((n - x) / n)), below = 2 * (n + z * z);
        return (x == 0 ? 0 : (2 * x + z * z - root) / below, x == n ? 1 : (2 * x + z * z + root) / below);
    }

    static double Error(double x1, double n1, double x0, double n0) =>
        Math.Sqrt(x1 / n1 * ((n1 - x1) / n1) / n1 + x0 / n0 * ((n0 - x0) / n0) / n0);

    static double Length(double a, double b) => Math.Sqrt(a * a + b * b);

    static double? P(double? z) => z is { } value ? Tails.NormalTwoSided(value) : null;

    internal static void Check(string group, long successes, long trials)
    {
        if (trials < 1 || successes < 0 || successes > trials)
            throw BadDataException.For("The comparison of proportions",
                $"{Checks.Text(successes)} successes of {Checks.Text(trials)} trials in {group}",
                "1 trial or more, and not more successes than trials", "Check the counts.");
    }
}
