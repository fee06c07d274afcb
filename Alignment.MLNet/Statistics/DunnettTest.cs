namespace Alignment.MLNet.Statistics;

// Which differences a many-to-one comparison looks for.
enum DunnettSide
{
    TwoSided,

    Greater,
}

/// <summary>Dunnett's test: several variants against one baseline, with a family-wise error rate exact for normal values of equal variance
/// and any sizes (<i>JASA</i> 50, 1955). Its statistics share the baseline's mean and the pooled variance: given both they are independent,
/// so that P(max|T| ≤ c) = E_s ∫ φ(z) Π [Φ((c s + λᵢ z)/√(1−λᵢ²)) − Φ((−c s + λᵢ z)/√(1−λᵢ²))] dz, λᵢ² = nᵢ / (nᵢ + n₀) (Hochberg &amp;
/// Tamhane, <i>Multiple Comparison Procedures</i>, 1987, ch. 5), here by two trapezoidal sums.</summary>
/// <param name="Critical">c with P(max ≤ c) = the confidence.</param>
sealed record DunnettTest(double Df, double PooledSd, double Critical, IReadOnlyList<DunnettComparison> Comparisons)
{
    public static DunnettTest Of(Sample baseline, IReadOnlyList<Sample> variants, DunnettSide side = DunnettSide.TwoSided,
        double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        double df = -1 - variants.Count, squares = 0;
        foreach (Sample group in variants.Prepend(baseline))
        {
            Checks.Sample("Dunnett's test", "a group", group, least: 1);
            df += group.N;
            if (group.N > 1) squares += (group.N - 1) * group.Variance;
        }
        if (variants.Count == 0 || df < 1 || !(squares > 0))
            throw BadDataException.For("Dunnett's test", $"{Checks.Text(variants.Count)} variants with {Checks.Text(df)} degrees of "
                + $"freedom and the squares {Checks.Text(squares)}", "one variant or more, and values that vary within the groups",
                "Collect more data.");
        double sd = Math.Sqrt(squares / df);
        var distribution = new DunnettDistribution([.. variants.Select(v => v.N / ((double)v.N + baseline.N))], df, side);
        double critical = distribution.Quantile(confidence);
        var comparisons = new DunnettComparison[variants.Count];
        for (int i = 0; i < comparisons.Length; i++)
        {
            double difference = variants[i].Mean - baseline.Mean, error = sd * Math.Sqrt(1.0 / variants[i].N + 1.0 / baseline.N),
                t = difference / error;
            comparisons[i] = new(difference, error, t, distribution.Upper(side == DunnettSide.TwoSided ? Math.Abs(t) : t),
                new(difference - critical * error, side == DunnettSide.TwoSided ? difference + critical * error : double.PositiveInfinity));
        }
        return new(df, sd, critical, comparisons);
    }
}

/// <summary>One variant against the baseline.</summary>
/// <param name="StandardError">s √(1/nᵢ + 1/n₀).</param>
/// <param name="Interval">Simultaneous; its upper end is infinite for <see cref="DunnettSide.Greater"/>.</param>
sealed record DunnettComparison(double Difference, double StandardError, double T, double P, Interval Interval);
