using Alignment.Transforms.Attention.Metrics;

namespace Alignment.Tests.Transforms.Attention.Metrics;

/// <summary>The metrics on maps whose answer can be worked out by hand, and what they refuse.</summary>
public sealed class SaliencyMetricsTests
{
    static readonly float[] s_ramp = [0f, 0.25f, 0.5f, 1f];

    [Test]
    public void Correlation_OfAScaledAndShiftedMap_IsOneOrMinusOne()
    {
        Assert.That(CorrelationCoefficient.Of(s_ramp, [1f, 1.5f, 2f, 3f]), Is.EqualTo(1).Within(1e-12));
        Assert.That(CorrelationCoefficient.Of(s_ramp, [3f, 2.5f, 2f, 1f]), Is.EqualTo(-1).Within(1e-12));
        // (1,2,3) and (1,3,2): covariance 1/2, variances 1: a textbook 0.5.
        Assert.That(CorrelationCoefficient.Of([1f, 2f, 3f], [1f, 3f, 2f]), Is.EqualTo(0.5).Within(1e-12));
    }

    [Test]
    public void ConstantThatBinaryCannotHold_IsConstant()
    {
        float[] flat = [.. Enumerable.Repeat(0.3f, 1000)], varying = [.. Enumerable.Range(0, 1000).Select(i => i / 1000f)];
        Assert.That(CorrelationCoefficient.Of(flat, varying), Is.Zero);
        Assert.That(CorrelationCoefficient.Of(varying, flat), Is.NaN);
        Assert.That(CorrelationCoefficient.Of(flat, flat), Is.NaN);
        Assert.That(NormalizedScanpathSaliency.Of(flat, [0, 7]), Is.Zero);
        Assert.That(AreaUnderCurve.Judd(flat, [0, 7]), Is.EqualTo(0.5));
        Assert.That(Similarity.Of(flat, flat), Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void Similarity_OfHalfOverlap_IsHalf()
    {
        Assert.That(Similarity.Of([1f, 1f, 0f, 0f], [0f, 1f, 1f, 0f]), Is.EqualTo(0.5).Within(1e-15));
        Assert.That(Similarity.Of([7f, 7f, 0f, 0f], [0f, 0f, 1f, 1f]), Is.Zero);
        Assert.That(Similarity.Of([0f, 0f, 0f, 0f], [5f, 5f, 5f, 5f]), Is.EqualTo(1).Within(1e-15), "zeros count as uniform");
    }

    [Test]
    public void KullbackLeibler_OfTwoDensities_IsTheSum()
    {
        // ½ ln(½ / ¼) + ½ ln(½ / ¾) = ½ ln(4/3).
        Assert.That(KullbackLeibler.Of([1f, 3f], [1f, 1f]), Is.EqualTo(0.5 * Math.Log(4 / 3.0)).Within(1e-12));
        Assert.That(KullbackLeibler.Of([1f, 1f], [1f, 3f]),
            Is.EqualTo(Math.Log(2) - (0.25 * Math.Log(4) + 0.75 * Math.Log(4 / 3.0))).Within(1e-12), "the roles are not symmetric");
    }

    [Test]
    public void Nss_IsInStandardDeviations()
    {
        // Mean 2, population variance 2/3.
        Assert.That(NormalizedScanpathSaliency.Of([1f, 2f, 3f], [2]), Is.EqualTo(Math.Sqrt(1.5)).Within(1e-12));
        Assert.That(NormalizedScanpathSaliency.Of([1f, 2f, 3f], [2, 2, 0]), Is.EqualTo(Math.Sqrt(1.5) / 3).Within(1e-12), "repeats count");
        Assert.That(NormalizedScanpathSaliency.Of([1f, 2f, 3f], []), Is.NaN);
    }

    [Test]
    public void Judd_HasPointsAtFixatedValuesOnly()
    {
        // Fixated 0.25 and 1 among 0, 0.25, 0.5, 1: points (0, ½), (½, 1), then (1, 1): ½ · ¾ + ½ = 0.875; the full curve has (½, ½) too.
        Assert.That(AreaUnderCurve.Judd(s_ramp, [1, 3]), Is.EqualTo(0.875).Within(1e-15));
        Assert.That(AreaUnderCurve.Judd(s_ramp, [3]), Is.EqualTo(1).Within(1e-15));
        Assert.That(AreaUnderCurve.Judd(s_ramp, [0, 1, 2, 3]), Is.NaN, "no pixel to tell them from");
        Assert.That(AreaUnderCurve.Judd(s_ramp, []), Is.NaN);
    }

    [TestCase(100)]
    [TestCase(5000)]
    public void Sort_OrdersByValue(int count)
    {
        var random = new Random(count);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-40, 30)))];
        values[7] = 0f;
        values[8] = -0f;
        float[] sorted = [.. values.Order()];
        MapStatistics.Sort(values);
        Assert.That(values, Is.EqualTo(sorted));
    }

    [Test]
    public void EveryMetric_IsBestWhereTheMapsAreEqual_AndWorseWhereTheyAreNot()
    {
        float[] target = [.. Enumerable.Range(0, 100).Select(i => i / 99f)], other = [.. target.Reverse()];
        double[] best = SaliencyMetrics.Of(target, target), worse = SaliencyMetrics.Of(other, target);
        using (Assert.EnterMultipleScope())
            foreach (var (i, metric) in SaliencyMetrics.All.Index())
                Assert.That(metric.HigherIsBetter ? best[i] > worse[i] : best[i] < worse[i], $"{metric.Label} ({metric.Range})");
    }

    [Test]
    public void List_NamesThem() =>
        Assert.That(SaliencyMetrics.List(m => m.Label), Does.StartWith("CC, SIM").And.Contain(" and "));

    [Test]
    public void PeakPixels_AreTheHighest()
    {
        float[] map = [.. Enumerable.Range(0, 40).Select(i => (i * 7 % 40) / 40f)];
        Assert.That(PeakPixels.Of(map).Select(i => map[i]), Is.EquivalentTo(new[] { 38 / 40f, 39 / 40f }), "two of forty");
        Assert.That(PeakPixels.Of(map), Is.Ordered);
        Assert.That(PeakPixels.Of([0f, 0.5f, 1f, 1f, 1f], 0.2), Is.EqualTo(new[] { 2, 3, 4 }), "equal values are all in");
        Assert.That(PeakPixels.Of([0f, 0f, 0f, 0f, 0.1f], 0.9), Is.EqualTo(new[] { 4 }), "the ground around a blob is no peak");
        Assert.That(PeakPixels.Of([0.3f, 0.3f]), Is.Empty, "a constant map has none");
        double[] all = SaliencyMetrics.Of(s_ramp, [1f, 1f, 1f, 1f]);
        Assert.That(SaliencyMetrics.All.Where((_, i) => !double.IsNaN(all[i])).Select(m => m.Name), Is.EqualTo(new[] { "sim", "kl" }),
            "with a constant target there is no correlation, and no peak to look at");
    }

    [Test]
    public void Maps_ThatCannotBeCompared_AreRefused()
    {
        Assert.That(() => CorrelationCoefficient.Of(s_ramp, [0f, 1f]),
            Throws.ArgumentException.With.Message.Contains("4 pixels").And.Message.Contains("No map is resized"));
        Assert.That(() => Similarity.Of([], []), Throws.ArgumentException.With.Message.Contains("no pixels"));
        Assert.That(() => KullbackLeibler.Of([float.NaN, 1f], [0f, 1f]), Throws.ArgumentException.With.Message.Contains("NaN at pixel 0"));
        Assert.That(() => Similarity.Of([0f, 1f], [0f, float.PositiveInfinity]),
            Throws.ArgumentException.With.Message.Contains("target map"));
        Assert.That(() => NormalizedScanpathSaliency.Of(s_ramp, [4]), Throws.ArgumentException.With.Message.Contains("0 to 3"));
        Assert.That(() => AreaUnderCurve.Judd(s_ramp, [-1]), Throws.ArgumentException);
        Assert.That(() => PeakPixels.Of(s_ramp, 0), Throws.ArgumentException.With.Message.Contains("above 0"));
    }
}
