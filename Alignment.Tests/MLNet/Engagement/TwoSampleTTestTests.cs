using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Engagement;

public sealed class TwoSampleTTestTests
{
    // Two-sided p of t with one and two degrees of freedom in closed form: 1 − (2/π)·atan t, and 1 − t/√(2 + t²).
    [TestCase(0.5)]
    [TestCase(3.0)]
    [TestCase(1e4)]
    public void PValue_TwoDegreesOfFreedom_EqualsTheClosedForm(double t)
    {
        // Two and two values of variance 1: standard error 1, df 2.
        var test = new TwoSampleTTest(t, 1, 2, 0, 1, 2);
        double root = Math.Sqrt(2 + t * t);
        Assert.Multiple(() =>
        {
            Assert.That((test.Statistic, test.DegreesOfFreedom), Is.EqualTo((t, 2.0)));
            // 1 − t/root without the cancellation.
            Assert.That(test.PValue, Is.EqualTo(2 / (root * (root + t))).Within(1e-9).Percent);
        });
    }

    // t quantiles: NIST/SEMATECH e-Handbook, table 1.3.6.7.2 (two-sided 95 %).
    [TestCase(2, 4.303)]
    [TestCase(10, 2.228)]
    [TestCase(100, 1.984)]
    public void GetConfidenceInterval_TabulatedDf_HasTheTabulatedHalfWidth(int df, double quantile)
    {
        long n = df / 2 + 1;
        var test = new TwoSampleTTest(5, 1, n, 0, 1, n);
        var (low, high) = test.GetConfidenceInterval(0.95);
        Assert.That((high - low) / 2 / test.StandardError, Is.EqualTo(quantile).Within(0.0006));
    }

    // Quantiles of fractional degrees of freedom, from integrating the density with Simpson's rule in 20000 steps.
    // The variances are chosen so that Satterthwaite's formula gives that df: 4 and 4 values, variance ratio r.
    [TestCase(0.020644197481778426, 0.027089577811401932, 5.605687520905788, 2.489245953715009)]
    [TestCase(0.020644197481778426, 0.01929594602284808, 5.972837232600011, 2.4496118064908354)]
    [TestCase(0.020644197481778426, 0.028316225766628338, 5.486635229721579, 2.5034960075452286)]
    public void GetConfidenceInterval_FractionalDf_IsExactToTwelveDigits(double sd1, double sd2, double df, double quantile)
    {
        var test = new TwoSampleTTest(0, sd1 * sd1, 4, 0, sd2 * sd2, 4, assumeEqualVariances: false);
        Assert.That(test.DegreesOfFreedom, Is.EqualTo(df).Within(1e-12));
        Assert.That(test.GetConfidenceInterval().Max / test.StandardError, Is.EqualTo(quantile).Within(1e-12));
    }

    [Test]
    public void PValue_MillionsOfValues_IsTheNormalTail([Values(1_000_000, 100_000_000, 5_000_000_000)] long n)
    {
        // t = 1.959963984540054 is the normal 97.5 % point; at this df Student's t differs by (t³ + t)·φ(t)/(2·df).
        double step = 1.959963984540054;
        var test = new TwoSampleTTest(step * Math.Sqrt(2.0 / n), 1, n, 0, 1, n);
        Assert.That(test.PValue, Is.EqualTo(0.05).Within(2e-6));
        Assert.That(test.GetConfidenceInterval().Min / test.StandardError, Is.EqualTo(0).Within(1e-5));
    }

    [Test]
    public void Welch_TinyVariances_DoNotUnderflow()
    {
        var test = new TwoSampleTTest(1e-200, 1e-300, 10, 0, 4e-300, 5, assumeEqualVariances: false);
        var scaled = new TwoSampleTTest(1, 1e100, 10, 0, 4e100, 5, assumeEqualVariances: false);
        Assert.That(test.DegreesOfFreedom, Is.EqualTo(scaled.DegreesOfFreedom).Within(1e-12));
    }

    [Test]
    public void Sample_LargeOffset_KeepsItsVariance()
    {
        var sum = new SampleAccumulator();
        for (int i = 0; i < 100_000; i++) sum.Add(1e9 + i % 2);
        Assert.Multiple(() =>
        {
            Assert.That(sum.Sample.Mean, Is.EqualTo(1e9 + 0.5).Within(1e-6));
            // Half noughts and half ones: n/(n − 1) · 1/4.
            Assert.That(sum.Sample.Variance, Is.EqualTo(0.25 * 100_000 / 99_999).Within(1e-6));
        });
    }
}
