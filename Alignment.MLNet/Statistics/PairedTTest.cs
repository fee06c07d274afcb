namespace Alignment.MLNet.Statistics;

/// <summary>Student's t-test of paired values, two-sided: whether the mean of their differences is 0 (Student, <i>Biometrika</i> 6,
/// 1908).</summary>
/// <param name="StandardError">s / √n, s the standard deviation of the differences with n − 1.</param>
/// <param name="T">d̄ / standard error; where no difference varies, 0 if they are all 0, else infinite.</param>
/// <param name="P">The chance of a |t| at least this large if the mean were 0, with n − 1 degrees of freedom.</param>
sealed record PairedTTest(int N, double MeanDifference, double StandardError, double T, double P)
{
    public static PairedTTest Of(IReadOnlyList<double> differences)
    {
        var sums = new SampleAccumulator();
        foreach (double d in differences) sums.Add(d);
        Sample sample = sums.Sample;
        if (sample.N < 2 || !double.IsFinite(sample.Mean) || !double.IsFinite(sample.Variance))
            throw BadDataException.For("The paired t-test",
                FormattableString.Invariant($"{sample.N} differences with the mean {sample.Mean}"), "two or more finite ones",
                "Collect more data.");
        double error = Math.Sqrt(sample.Variance / sample.N), t = sample.Mean == 0 ? 0 : sample.Mean / error;
        return new((int)sample.N, sample.Mean, error, t, double.IsInfinity(t) ? 0 : TwoSampleTTest.TwoSidedP(t, sample.N - 1));
    }
}
