using Alignment.MLNet.Dose;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Dose;

/// <summary>The clustered mean and ratio against matrix algebra done elsewhere, textbook tests, and the cases where nothing can be
/// said.</summary>
public sealed class ClusteredSumsTests
{
    static readonly double[] s_d = [0.02, 0.05, -0.01, 0.03, 0.04, 0.08, 0.015, 0.02, -0.03, 0.06, 0.07];
    static readonly double[] s_w = [0.1, 0.2, 0.05, 0.1, 0.15, 0.2, 0.05, 0.08, 0.04, 0.12, 0.2];
    static readonly int[] s_video = [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3];

    static ClusteredSums Of(double[] d, double[]? w, int[] video)
    {
        var sums = new ClusteredSums();
        for (int i = 0; i < d.Length; i++) sums.Add($"v{video[i]}", d[i], w?[i] ?? 1);
        return sums;
    }

    [Test]
    public void Mean_OfUnequalVideos_HasTheErrorsOfBellAndMcCaffrey()
    {
        // NumPy: the general CR2 estimator with matrix square roots, and Satterthwaite's degrees of freedom.
        DoseEstimate e = Of(s_d, null, s_video).Estimate(0.95)!;
        Assert.That(new[] { e.Value, e.StandardError!.Value, e.Df!.Value },
            Is.EqualTo(new[] { 0.031363636363636364, 0.0070089065075508465, 2.231404958677687 }).Within(1e-12));
        Assert.That((e.Scenes, e.Videos, e.Method), Is.EqualTo((11L, 4, IntervalMethod.ByVideo)));
    }

    [Test]
    public void Ratio_OfUnequalVideos_HasUnbiasedErrors()
    {
        // NumPy, matrices: residual sums of videos, each scaled to be unbiased where variance is in proportion to w; Satterthwaite from
        // traces.
        DoseEstimate e = Of(s_d, s_w, s_video).Estimate(0.95)!;
        Assert.That(new[] { e.Value, e.StandardError!.Value, e.Df!.Value },
            Is.EqualTo(new[] { 0.2674418604651163, 0.037335179367681354, 2.264215543743527 }).Within(1e-12));
    }

    [Test]
    public void Ratio_OfNegativeWeights_IsTheRatioOfPositiveOnes()
    {
        DoseEstimate up = Of(s_d, s_w, s_video).Estimate(0.95)!,
            down = Of([.. s_d.Select(d => -d)], [.. s_w.Select(w => -w)], s_video).Estimate(0.95)!;
        Assert.That((down.Value, down.Low, down.High), Is.EqualTo((up.Value, up.Low, up.High)),
            "a reduction that gets what it asks for gets a positive part");
    }

    [Test]
    public void Mean_OfVideosOfOneSize_IsThePairedTestOfTheirMeans()
    {
        double[] d = [0.1, 0.3, -0.1, 0.2, 0.5, 0.4];
        DoseEstimate e = Of(d, null, [0, 0, 1, 1, 2, 2]).Estimate(0.9)!;
        PairedTTest t = PairedTTest.Of([0.2, 0.05, 0.45]);
        Assert.That(e.Value, Is.EqualTo(t.MeanDifference).Within(1e-12));
        Assert.That(e.StandardError, Is.EqualTo(t.StandardError).Within(1e-12));
        Assert.That(e.P, Is.EqualTo(t.P).Within(1e-12));
        // t of 2 degrees of freedom at 0.95: 2.9199856 (tables).
        Assert.That(e.High, Is.EqualTo(t.MeanDifference + 2.9199856 * t.StandardError).Within(1e-6));
    }

    [Test]
    public void Mean_OfOneVideo_IsThePairedTestOfItsScenes()
    {
        DoseEstimate e = Of(s_d, null, new int[11]).Estimate(0.95)!;
        PairedTTest t = PairedTTest.Of(s_d);
        Assert.That((e.Method, e.Df), Is.EqualTo((IntervalMethod.ScenesOfOneVideo, 10.0)));
        Assert.That(e.StandardError, Is.EqualTo(t.StandardError).Within(1e-14));
        Assert.That(e.P, Is.EqualTo(t.P).Within(1e-12));
    }

    [Test]
    public void OneScene_HasNoInterval()
    {
        DoseEstimate e = Of([0.5], null, [0]).Estimate(0.95)!;
        Assert.That((e.Value, e.Method, e.Low, e.P), Is.EqualTo((0.5, IntervalMethod.None, (double?)null, (double?)null)));
        Assert.That(new ClusteredSums().Estimate(0.95), Is.Null);
    }

    [Test]
    public void EqualDifferences_AreKnownWithoutAnInterval()
    {
        DoseEstimate e = Of([0, 0, 0], null, [0, 1, 1]).Estimate(0.95)!;
        Assert.That((e.Method, e.Low, e.High, e.P), Is.EqualTo((IntervalMethod.NoVariation, (double?)0, (double?)0, (double?)null)));
    }

    [Test]
    public void Ratio_OfNothingAsked_DoesNotExist() => Assert.That(Of([0.1, 0.2], [0, 0], [0, 1]).Estimate(0.95), Is.Null);

    [Test]
    public void VideosThatAgreeByChance_GetNoIntervalOfWidthZero()
    {
        DoseEstimate e = Of([0.25, 0.75, 0.5], null, [0, 0, 1]).Estimate(0.95)!;
        Assert.That(e.Method, Is.EqualTo(IntervalMethod.None), "both videos have the mean 0.5, the scenes differ");
    }
}
