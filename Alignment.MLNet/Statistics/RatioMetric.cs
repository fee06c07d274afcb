namespace Alignment.MLNet.Statistics;

/// <summary>A ratio of sums, Σ y / Σ x (clicks / impressions), with the video (or person) as the unit: rows within a unit need not be
/// independent. Variance by the delta method (Deng, Knoblich &amp; Lu, KDD 2018, §3.2).</summary>
/// <param name="Ratio">R = ȳ / x̄.</param>
/// <param name="Variance">Of R: (s_y² − 2R s_xy + R² s_x²) / (n x̄²).</param>
sealed record RatioMetric(long Units, double Ratio, double Variance)
{
    /// <summary>Standard deviation between units of the ratio made linear, (y − R x) / x̄ (Deng, Knoblich &amp; Lu 2018, §3.2): what a
    /// unit's outcome differs by, so that the ratio's error is Sd / √units, as a mean's is. Where all units have as many trials it is the
    /// standard deviation of the units' own ratios.</summary>
    public double Sd => Math.Sqrt(Variance * Units);

    public static RatioMetric Of(PairSample units)
    {
        Checks.Sample("The ratio metric", "the variant", units.Y);
        Checks.Sample("The ratio metric", "the variant", new(units.N, units.MeanX, units.VarianceX));
        if (units.MeanX == 0) throw BadDataException.For("The ratio metric", "a denominator of 0", "one above 0", "Check the counts.");
        double r = units.MeanY / units.MeanX;
        double spread = units.VarianceY - 2 * r * units.Covariance + r * r * units.VarianceX;
        return new(units.N, r, Math.Max(0, spread) / units.N / (units.MeanX * units.MeanX));
    }

    public static RatioComparison Compare(RatioMetric variant, RatioMetric baseline, double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        double difference = variant.Ratio - baseline.Ratio, error = Math.Sqrt(variant.Variance + baseline.Variance);
        double z = difference == 0 ? 0 : difference / error, half = Tails.NormalQuantile(confidence) * error;
        return new(difference, error, z, double.IsInfinity(z) ? 0 : Tails.NormalTwoSided(z), new(difference - half, difference + half));
    }
}

/// <summary>Two ratio metrics compared.</summary>
/// <param name="StandardError">√(sum of the variances).</param>
/// <param name="Interval">Difference ± z · error.</param>
sealed record RatioComparison(double Difference, double StandardError, double Z, double P, Interval Interval);
