using System.Globalization;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>Whether the placebo is equivalent to the baseline, of means and of ratios of counts. Expected numbers by NumPy and SciPy 1.10.1
/// from the formulas in docs/statistics.md.</summary>
public sealed class EquivalenceTests
{
    const string Clicks = "clicks/impressions";

    static MetricAnalysis Analyze(string metric, AnalysisOptions options, out EngagementAnalysis made,
        params (string Variant, int Videos, Func<int, (int Clicks, int Impressions)> Row)[] arms)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], "video_id,variant,impressions,clicks,CTR\n"
            + string.Concat(arms.SelectMany(a => Enumerable.Range(0, a.Videos).Select(i => (a.Variant, I: i, Row: a.Row(i)))
            .Select(r => string.Create(CultureInfo.InvariantCulture,
            $"v{r.I},{r.Variant},{r.Row.Impressions},{r.Row.Clicks},{r.Row.Clicks / (double)r.Row.Impressions}\n")))));
        made = AnalysisJob.Analyze(temp["e.csv"], options with { Resamples = 0 });
        return made.Metrics.Single(m => m.Metric == metric);
    }

    static (string, int, Func<int, (int, int)>) Arm(string variant, int videos, int factor) =>
        (variant, videos, i => (4 + factor * i * i % 7, 100 + 13 * i % 70));

    // scipy.stats.norm.sf of min(w + d, w − d) / √(s₀²/n₀ + s₁²/n₁), s the standard deviation of (y − R x) / x̄ with n − 1, w = 0.9 s₀.
    [Test]
    public void Margin_InSdsOfARatio_IsThatOfTheVideosMadeLinear()
    {
        MetricAnalysis ratio = Analyze(Clicks, new() { Margins = [new("Clicks/Impressions", 0.9, InBaselineSds: true)] }, out _,
            Arm("baseline", 12, 3), Arm("placebo", 14, 5));
        Finding placebo = ratio.Placebo!;
        Assert.Multiple(() =>
        {
            Assert.That(ratio.Samples[0].Sample.Sd, Is.EqualTo(0.014032484635553425).Within(1e-14));
            Assert.That(placebo.Estimate, Is.EqualTo(0.0005515719801434116).Within(1e-14));
            Assert.That(placebo.StandardError, Is.EqualTo(0.005969435178199257).Within(1e-14));
            Assert.That(placebo.Statistic, Is.EqualTo(2.023250748406322).Within(1e-10));
            Assert.That(placebo.P, Is.EqualTo(0.021523650956217007).Within(1e-10));
            Assert.That(placebo.Verdict, Is.EqualTo(Verdict.Equivalent));
            Assert.That(placebo.Sentence, Does.Contain("within ±1.3 points"));   // 100 · 0.9 · 0.01403
            Assert.That(placebo.Test, Is.EqualTo("two one-sided z tests by video (TOST)"));
            Assert.That(ratio.Warnings.Select(w => w.Code), Does.Not.Contain("no_margin"));
        });
        // The same margin in the metric's units is the same test.
        Finding units = Analyze(Clicks, new() { Margins = [new(Clicks, 0.9 * 0.014032484635553425)] }, out _, Arm("baseline", 12, 3),
            Arm("placebo", 14, 5)).Placebo!;
        Assert.That(units.P, Is.EqualTo(placebo.P).Within(1e-12));
    }

    // One video: trials count as independent, the standard deviation is that of one trial, √(p (1 − p)).
    [Test]
    public void Margin_OfARatioWithoutVideosToCompare_IsThatOfATrial()
    {
        MetricAnalysis ratio = Analyze(Clicks, new() { Margins = [new(Clicks, 0.1, InBaselineSds: true)] }, out _,
            ("baseline", 1, _ => (48, 1000)), ("placebo", 1, _ => (60, 1200)));
        Assert.That(ratio.Placebo!.StandardError, Is.EqualTo(0.009234681008748127).Within(1e-15));
        Assert.That(ratio.Placebo.P, Is.EqualTo(0.017941756580460565).Within(1e-12));
        // Equal rates are as equivalent as can be: the error is not 0 because the difference is.
        MetricAnalysis equal = Analyze(Clicks, new() { Margins = [new(Clicks, 0.02)] }, out _, ("baseline", 1, _ => (50, 1000)),
            ("placebo", 1, _ => (50, 1000)));
        Assert.That(equal.Placebo!.P, Is.EqualTo(0.020086935144256027).Within(1e-12));
        Assert.That(equal.Comparisons[0].Result.StandardError, Is.GreaterThan(0));
        // Nothing to compute is said, not passed over.
        MetricAnalysis none = Analyze(Clicks, new() { Margins = [new(Clicks, 0.1, InBaselineSds: true)] }, out _,
            ("baseline", 1, _ => (0, 1000)), ("placebo", 1, _ => (0, 1000)));
        Assert.That((none.Placebo!.P, none.Placebo.Verdict), Is.EqualTo(((double?)null, Verdict.None)));
        Assert.That(none.Placebo.Sentence, Does.Contain("none or all of the trials succeeded"));
    }

    // A mean's and a ratio's equivalence are one method: where every video has as many impressions, mean and ratio have the same estimate
    // and error.
    [Test]
    public void Means_AndRatiosOfEqualVideos_AgreeUpToTheDistribution()
    {
        var options = new AnalysisOptions { Margins = [new("CTR", 0.5, InBaselineSds: true), new(Clicks, 0.5, InBaselineSds: true)] };
        (string, int, Func<int, (int, int)>)[] arms = [("baseline", 12, i => (4 + i % 5, 100)), ("placebo", 12, i => (4 + i * 3 % 5, 100))];
        Finding mean = Analyze("CTR", options, out _, arms).Placebo!, ratio = Analyze(Clicks, options, out _, arms).Placebo!;
        Assert.That(ratio.Estimate, Is.EqualTo(mean.Estimate).Within(1e-15));
        Assert.That(ratio.StandardError, Is.EqualTo(mean.StandardError).Within(1e-15));
        Assert.That(ratio.Statistic, Is.EqualTo(mean.Statistic).Within(1e-10));
        Assert.That((mean.Test, mean.Df, ratio.Df),
            Is.EqualTo(("two one-sided Welch tests (TOST)", (double?)mean.Df!.Value, (double?)null)));
    }

    [Test]
    public void Margin_OfNoMetric_IsTold()
    {
        Analyze(Clicks, new() { Margins = [new("CTRR", 0.5)] }, out EngagementAnalysis made, Arm("baseline", 12, 3), Arm("placebo", 14, 5));
        Assert.That(made.Warnings.Single(w => w.Code == "margin_unused").Message, Does.Contain("'CTRR'").And.Contain("nearest is 'CTR'"));
        Assert.That(made.Warnings.Single(w => w.Code == "margin_unused").Level, Is.EqualTo(WarningLevel.Warning));
    }
}
