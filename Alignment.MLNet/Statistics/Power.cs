namespace Alignment.MLNet.Statistics;

/// <summary>Power of two-sided t-tests, and its inversions. Under a true difference t is noncentral with δ = difference / standard error,
/// so that power = P(T ≥ t*) + P(T ≤ −t*), t* the critical value of the central distribution (Cohen, <i>Statistical Power Analysis</i>,
/// 1988, §2.5; exact, no normal approximation). Both tails count, also the one in the wrong direction.</summary>
static class Power
{
    /// <summary>Of a test with the given noncentrality and degrees of freedom at level <paramref name="alpha"/>.</summary>
    public static double Of(double delta, double df, double alpha = 0.05)
    {
        Checks.Fraction("The level α", alpha, "0.05 is customary.");
        double critical = Tails.StudentQuantile(1 - alpha, df);
        return double.IsInfinity(delta) ? 1 : Math.Min(1, NoncentralT.Upper(critical, df, delta) + NoncentralT.Lower(-critical, df, delta));
    }

    // Of Welch's test: standard error √(s₁²/n₁ + s₀²/n₀), Satterthwaite's degrees of freedom.
    public static double OfWelch(double difference, Sample variant, Sample baseline, double alpha = 0.05)
    {
        var (error, df) = Welch(variant, baseline);
        return Of(difference / error, df, alpha);
    }

    /// <param name="power">Wanted, between α and 1.</param>
    public static double MinimalDetectableDifference(Sample variant, Sample baseline, double power = 0.8, double alpha = 0.05)
    {
        CheckPower(power, alpha);
        var (error, df) = Welch(variant, baseline);
        double high = 1;
        while (Of(high, df, alpha) < power) high *= 2;
        return error * Roots.Find(delta => Of(delta, df, alpha) - power, 0, high, relative: 1e-12);
    }

    /// <summary>The size of one group with which Student's test of two groups finds an effect with the wanted power; not rounded (round up
    /// to whole participants). The other group has <paramref name="ratio"/> times as many.</summary>
    /// <param name="effect">Difference of the means in standard deviations (Cohen's d), not 0.</param>
    /// <param name="power">Wanted, between α and 1.</param>
    public static double SampleSize(double effect, double power = 0.8, double alpha = 0.05, double ratio = 1)
    {
        Checks.Positive("The ratio of the groups", ratio, "1 is a balanced design.");
        // n₁ + n₂ − 2 must be above 0 and each group needs one value more than nothing: the smallest size at which Student's test exists.
        return Solve(effect, power, alpha, least: Math.Max(2, 2 / ratio),
            n => (Math.Abs(effect) * Math.Sqrt(n * (ratio / (1 + ratio))), n * (1 + ratio) - 2));
    }

    /// <param name="effect">Mean difference in standard deviations of the differences, not 0.</param>
    /// <param name="power">Wanted, between α and 1.</param>
    public static double PairedSampleSize(double effect, double power = 0.8, double alpha = 0.05) =>
        Solve(effect, power, alpha, least: 2, n => (Math.Abs(effect) * Math.Sqrt(n), n - 1));

    /// <summary>The size of each group with which the unpooled z-test of two proportions finds their difference; not rounded. n = [z₁₋α/₂
    /// √(2 p̄ q̄) + z_power √(p₁q₁ + p₀q₀)]² / (p₁ − p₀)² (Fleiss, Levin &amp; Paik, <i>Statistical Methods for Rates and Proportions</i>,
    /// 2003, eq. 4.14, without continuity correction).</summary>
    /// <param name="variant">The variant's true rate, 0 … 1.</param>
    /// <param name="power">Wanted, between α and 1.</param>
    public static double ProportionSampleSize(double variant, double baseline, double power = 0.8, double alpha = 0.05)
    {
        CheckPower(power, alpha);
        Checks.Fraction("The variant's rate", variant, "A rate of 5 % is 0.05.");
        Checks.Fraction("The baseline's rate", baseline, "A rate of 5 % is 0.05.");
        if (variant == baseline) throw UsageException.For("The rates", Checks.Text(variant), "two different ones",
            "No sample finds a difference of nothing.");
        double mean = (variant + baseline) / 2;
        double root = Tails.NormalQuantile(1 - alpha) * Math.Sqrt(2 * mean * (1 - mean))
            + SeededNormal.Quantile(power) * Math.Sqrt(variant * (1 - variant) + baseline * (1 - baseline));
        return root * root / ((variant - baseline) * (variant - baseline));
    }

    static double Solve(double effect, double power, double alpha, double least, Func<double, (double Delta, double Df)> design)
    {
        CheckPower(power, alpha);
        if (effect == 0 || !double.IsFinite(effect)) throw UsageException.For("The effect", Checks.Text(effect),
            "a finite number other than 0", "0.2 is called small, 0.5 medium, 0.8 large.");
        double At(double n)
        {
            var (delta, df) = design(n);
            return Of(delta, df, alpha) - power;
        }
        if (At(least) >= 0) return least;
        double high = 2 * least;
        while (At(high) < 0)
            if ((high *= 2) > 1e12) throw UsageException.For("The effect", Checks.Text(effect), "one that fewer than 10¹² values can find",
                "Look for a larger effect.");
        return Roots.Find(At, high / 2, high);
    }

    static (double Error, double Df) Welch(Sample variant, Sample baseline)
    {
        var test = new TwoSampleTTest(0, variant.Variance, variant.N, 0, baseline.Variance, baseline.N, assumeEqualVariances: false);
        return (test.StandardError, test.DegreesOfFreedom);
    }

    static void CheckPower(double power, double alpha)
    {
        Checks.Fraction("The level α", alpha, "0.05 is customary.");
        if (!(power > alpha && power < 1)) throw UsageException.For("The power", Checks.Text(power),
            $"a number between α = {Checks.Text(alpha)} and 1", "0.8 is customary.");
    }
}
