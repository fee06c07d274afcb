namespace Alignment.MLNet.Statistics;

/// <summary>Two one-sided tests (TOST): whether two means differ by less than a margin stated beforehand. A small p says "equivalent within
/// the margin"; a large p says nothing. Schuirmann, <i>Journal of Pharmacokinetics and Biopharmaceutics</i> 15 (1987), with Welch's
/// standard error and degrees of freedom.</summary>
/// <param name="PBelow">Of the hypothesis "difference ≤ −margin".</param>
/// <param name="PAbove">Of the hypothesis "difference ≥ +margin".</param>
sealed record EquivalenceTest(double Margin, double Difference, double PBelow, double PAbove)
{
    // The larger of the two: equivalence is shown at level α when this is below α.
    public double P => Math.Max(PBelow, PAbove);

    // Tests two samples of at least two values. Where neither varies, each p is 0 or 1: the difference is known.
    public static EquivalenceTest Of(Sample variant, Sample baseline, double margin)
    {
        Checks.Positive("The equivalence margin", margin, "Give the largest difference that would not matter, in the metric's units.");
        Checks.Sample("The equivalence test", "the variant", variant);
        Checks.Sample("The equivalence test", "the baseline", baseline);
        double difference = variant.Mean - baseline.Mean;
        if (variant.Variance <= 0 && baseline.Variance <= 0)
            return new(margin, difference, difference > -margin ? 0 : 1, difference < margin ? 0 : 1);
        var welch = new TwoSampleTTest(variant.Mean, variant.Variance, variant.N, baseline.Mean, baseline.Variance, baseline.N,
            assumeEqualVariances: false);
        double Upper(double distance) => Tails.StudentUpper(distance / welch.StandardError, welch.DegreesOfFreedom);
        return new(margin, difference, Upper(difference + margin), Upper(margin - difference));
    }
}
