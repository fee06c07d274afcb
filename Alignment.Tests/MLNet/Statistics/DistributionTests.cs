using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Statistics;

public sealed class DistributionTests
{
    // At t = 0 only the sign of Z + δ counts: P(T ≤ 0) = Φ(−δ), from a table of the normal distribution to 15 digits.
    [TestCase(0.0, 0.5)]
    [TestCase(1.0, 0.15865525393145707)]
    [TestCase(-2.0, 0.9772498680518208)]
    public void NoncentralT_AtZero_IsNormal(double delta, double p)
    {
        foreach (double df in new[] { 0.7, 1, 5.5, 200, 1e6 })
        {
            Assert.That(NoncentralT.Lower(0, df, delta), Is.EqualTo(p).Within(1e-14));
            Assert.That(NoncentralT.Upper(0, df, delta), Is.EqualTo(1 - p).Within(1e-14));
        }
    }

    // With δ = 0 and one or two degrees of freedom Student's distribution is elementary.
    [TestCase(0.3)]
    [TestCase(2.0)]
    [TestCase(40.0)]
    public void NoncentralT_CentralFewDegrees_IsTheClosedForm(double t)
    {
        Assert.That(NoncentralT.Upper(t, 1, 0), Is.EqualTo(Math.Atan(1 / t) / Math.PI).Within(1e-14));
        double root = Math.Sqrt(2 + t * t);
        Assert.That(NoncentralT.Upper(t, 2, 0), Is.EqualTo(1 / (root * (root + t))).Within(1e-14));
        Assert.That(NoncentralT.Lower(-t, 2, 0), Is.EqualTo(1 / (root * (root + t))).Within(1e-14));
    }

    // Two degrees of freedom: s² is exponential, and P(T ≥ t) = Φ(δ) − (2a)^−½ exp(δ²/(t⁴a) − δ²/t²) Φ((δ − δ/(t²a)) √(2a)), a = ½ + 1/t²,
    // by completing the square.
    [TestCase(0.5, 0.7)]
    [TestCase(2.0, 1.5)]
    [TestCase(4.0, 3.0)]
    [TestCase(12.0, 6.0)]
    [TestCase(30.0, 25.0)]
    public void NoncentralT_TwoDegrees_IsTheClosedForm(double t, double delta)
    {
        double a = 0.5 + 1 / (t * t), root = Math.Sqrt(2 * a);
        double expected = Phi(delta) - Math.Exp(delta * delta / (t * t) * (1 / (t * t * a) - 1)) / root
            * Phi((delta - delta / (t * t * a)) * root);
        Assert.That(NoncentralT.Upper(t, 2, delta), Is.EqualTo(expected).Within(1e-13));
        Assert.That(NoncentralT.Lower(t, 2, delta), Is.EqualTo(1 - expected).Within(1e-13));
        Assert.That(NoncentralT.Lower(-t, 2, -delta), Is.EqualTo(expected).Within(1e-13));
    }

    // R's documentation of power.t.test: n = 20, delta = 1 gives power 0.8689528 (R leaves out the tail in the wrong direction unless
    // told); power 0.90, delta = 1 gives n = 22.02110.
    [Test]
    public void Power_PublishedExamples_AreR()
    {
        double critical = Alignment.MLNet.Statistics.TwoSampleTTest.Quantile(0.95, 38), delta = Math.Sqrt(10);
        Assert.That(NoncentralT.Upper(critical, 38, delta), Is.EqualTo(0.8689528).Within(6e-8));
        Assert.That(Power.OfWelch(1, new(20, 0, 1), new(20, 0, 1)),
            Is.EqualTo(NoncentralT.Upper(critical, 38, delta) + NoncentralT.Lower(-critical, 38, delta)).Within(1e-12));
        // R stops its search at the fourth root of the rounding, 1.2e-4
        Assert.That(Power.SampleSize(1, 0.9), Is.EqualTo(22.02110).Within(1.2e-4));
    }

    [Test]
    public void Power_Inversions_ReturnTheWantedPower([Values(0.05, 0.001)] double alpha, [Values(0.3, 0.8, 0.99)] double power)
    {
        Alignment.MLNet.Statistics.Sample a = new(12, 0, 4), b = new(90, 0, 0.5);
        Assert.That(Power.OfWelch(Power.MinimalDetectableDifference(a, b, power, alpha), a, b, alpha), Is.EqualTo(power).Within(1e-10));
        double pairs = Power.PairedSampleSize(0.4, power, alpha);
        Assert.That(Power.Of(0.4 * Math.Sqrt(pairs), pairs - 1, alpha), Is.EqualTo(power).Within(1e-10));
        // The same total with twice as many in one arm has less power: the first arm must then be larger than half of the balanced one.
        Assert.That(Power.SampleSize(0.4, power, alpha, ratio: 2),
            Is.GreaterThan(Power.SampleSize(0.4, power, alpha) / 2).And.LessThan(Power.SampleSize(0.4, power, alpha)));
    }

    [Test]
    public void Power_NoEffect_IsTheLevel([Values(0.05, 0.01)] double alpha) =>
        Assert.That(Power.Of(0, 7.3, alpha), Is.EqualTo(alpha).Within(1e-10));

    // Fleiss, Levin & Paik's formula by hand for 0.6 against 0.5: (1.959964 √0.495 + 0.841621 √0.49)² / 0.01 = 387.34.
    [Test]
    public void ProportionSampleSize_ByHand_Agrees() => Assert.That(Power.ProportionSampleSize(0.6, 0.5), Is.EqualTo(387.34).Within(0.01));

    // Dunnett's tables (JASA 50, 1955, one-sided; Biometrics 20, 1964, two-sided), level 5 %, equal groups, for 1 … 6 treatments; two
    // decimals.
    [TestCase(5, true, 2.57, 3.03, 3.29, 3.48, 3.62, 3.73)]
    [TestCase(10, true, 2.23, 2.57, 2.76, 2.89, 2.99, 3.07)]
    [TestCase(20, true, 2.09, 2.38, 2.54, 2.65, 2.73, 2.80)]
    [TestCase(1e7, true, 1.96, 2.21, 2.35, 2.44, 2.51, 2.57)]
    [TestCase(5, false, 2.02, 2.44, 2.68, 2.85, 2.98, 3.08)]
    [TestCase(10, false, 1.81, 2.15, 2.34, 2.47, 2.56, 2.64)]
    [TestCase(20, false, 1.72, 2.03, 2.19, 2.30, 2.39, 2.46)]
    [TestCase(1e7, false, 1.64, 1.92, 2.06, 2.16, 2.23, 2.29)]
    public void Dunnett_EqualGroups_AreThePublishedTables(double df, bool twoSided, params double[] table)
    {
        for (int k = 1; k <= table.Length; k++)
        {
            var distribution = new DunnettDistribution([.. Enumerable.Repeat(0.5, k)], df,
                twoSided ? DunnettSide.TwoSided : DunnettSide.Greater);
            // the tables' second decimal is off by one in places
            Assert.That(distribution.Quantile(0.95), Is.EqualTo(table[k - 1]).Within(0.0085), $"{k} treatments");
        }
    }

    // One comparison is Student's; many groups much smaller than the baseline are nearly independent, much larger ones nearly one.
    [Test]
    public void Dunnett_Limits_AreStudentIndependenceAndOneTest()
    {
        Assert.That(new DunnettDistribution([0.3], 9, DunnettSide.TwoSided).Upper(2.262157), Is.EqualTo(0.05).Within(1e-7));
        double alone = new DunnettDistribution([1e-9], 1e9, DunnettSide.TwoSided).Upper(2.5);
        Assert.That(new DunnettDistribution([1e-9, 1e-9, 1e-9], 1e9, DunnettSide.TwoSided).Upper(2.5),
            Is.EqualTo(1 - Math.Pow(1 - alone, 3)).Within(1e-9));
        Assert.That(new DunnettDistribution([1 - 1e-5, 1 - 1e-5, 1 - 1e-5], 1e9, DunnettSide.TwoSided).Upper(2.5),
            Is.EqualTo(alone).Within(1e-3));
    }

    [Test]
    public void Dunnett_FarTail_IsBonferroni()
    {
        // So far out two statistics are never large together: p → k · P(|T| ≥ t), df large.
        double p = new DunnettDistribution([0.5, 0.5, 0.5], 1e8, DunnettSide.TwoSided).Upper(8);
        Assert.That(p / (3 * 1.2441921148543574e-15), Is.EqualTo(1).Within(1e-5));   // erfc(8/√2)
    }

    static double Phi(double z) => MathNet.Numerics.Distributions.Normal.CDF(0, 1, z);
}
