using System.Globalization;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>
/// Where the experiment may be looked at any time, every answer is one that may be: contrasts, equivalence, ratios and dose as well as the
/// variants. Expected numbers by NumPy from half = √n se √(2 (nρ² + 1) ln(√(nρ² + 1) / α)) / (nρ) and p = √(nρ² + 1) exp(−ρ² n (d/se)² / (2
/// (nρ² + 1))), ρ² = (−2 ln α + ln(1 − 2 ln α)) / 300.
/// </summary>
public sealed class SequentialAnalysisTests
{
    static readonly AnalysisOptions s_options = new()
    {
        Resamples = 0,
        Test = PrimaryTest.Sequential,
        SequentialTuning = 300,
        Correction = MultiplicityMethod.None,
        Margins = [new("m", 0.5)]
    };

    static MetricAnalysis Analyze(AnalysisInputs? inputs = null)
    {
        var rows = new EngagementRows("m");
        foreach (var (variant, n, mean, spread) in new[] { ("baseline", 50, 5.0, 1.0), ("early_boost", 40, 5.6, 1),
            ("middle_boost", 30, 5.2, 2), ("late_boost", 20, 5.1, 1), ("placebo", 60, 5.02, 0.5) })
            for (int i = 0; i < n; i++) rows.Add(string.Create(CultureInfo.InvariantCulture, $"v{i}"), variant,
                mean + spread * (2.0 * i / (n - 1) - 1));
        return AnalysisJob.Analyze(rows, s_options, inputs).Metrics[0];
    }

    [Test]
    public void Contrasts_AreConfidenceSequences()
    {
        MetricAnalysis made = Analyze();
        Finding pooled = made.Contrasts.Single(c => c.Name == "pooled_boosts-placebo").Result,
            trend = made.Contrasts.Single(c => c.Name == "trend_over_windows").Result;
        Assert.Multiple(() =>
        {
            Assert.That(pooled.Test, Is.EqualTo("confidence sequence of a contrast"));
            Assert.That(pooled.Estimate, Is.EqualTo(0.28).Within(1e-12));
            Assert.That(pooled.Interval!.Value.High - pooled.Estimate, Is.EqualTo(0.30949656508234463).Within(1e-10));
            Assert.That(pooled.P, Is.EqualTo(0.09961630931307118).Within(1e-10));
            Assert.That(trend.Estimate, Is.EqualTo(-0.25).Within(1e-12));
            // the middle has no weight in it: 60 rows
            Assert.That(trend.Interval!.Value.High - trend.Estimate, Is.EqualTo(0.2833259194061488).Within(1e-10));
            Assert.That(trend.P, Is.EqualTo(0.1078295534775092).Within(1e-10));
        });
    }

    [Test]
    public void Placebo_IsEquivalentWhenTheSequenceLiesWithinTheMargin()
    {
        Finding placebo = Analyze().Placebo!;
        Assert.Multiple(() =>
        {
            Assert.That(placebo.Test, Is.EqualTo("confidence sequence within the margin"));
            Assert.That(placebo.Interval!.Value.High - placebo.Estimate, Is.EqualTo(0.2905231078327705).Within(1e-10));
            Assert.That(placebo.P, Is.EqualTo(8.637330799935331e-05).Within(1e-12));
            Assert.That(placebo.Verdict, Is.EqualTo(Verdict.Equivalent));
            Assert.That(placebo.Sentence, Does.Contain("95 % CI"));
        });
    }

    [Test]
    public void Ratio_IsAConfidenceSequenceByVideo()
    {
        using var temp = new TempFolder();
        string Arm(string variant, int videos, int factor) =>
            string.Concat(Enumerable.Range(0, videos).Select(i => $"v{i},{variant},{100 + 13 * i % 70},{4 + factor * i * i % 7}\n"));
        File.WriteAllText(temp["e.csv"], "video_id,variant,impressions,clicks\n" + Arm("baseline", 12, 3) + Arm("placebo", 14, 5));
        MetricAnalysis ratio = AnalysisJob.Analyze(temp["e.csv"], s_options).Metrics.Single();
        Finding made = ratio.Comparisons[0].Result;
        Assert.That((made.Test, made.P), Is.EqualTo(("confidence sequence of the ratio by video", (double?)1)));
        Assert.That(made.Interval!.Value.High - made.Estimate, Is.EqualTo(0.023868009053208787).Within(1e-12));
        Assert.That(ratio.Warnings.Select(w => w.Code), Does.Contain("units_accrue"));
    }

    [Test]
    public void Dose_IsAConfidenceSequenceToo()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["d.csv"], "variant,dose\nearly_boost,1\nmiddle_boost,0.5\nlate_boost,0.2\nplacebo,0\n");
        Finding fixedEnd = AnalysisJob.Analyze(EngagementSimulation.Rows(), s_options with { Test = PrimaryTest.Welch },
            new() { DoseFile = temp["d.csv"] }).Metrics[0].Dose!.Result;
        Finding anyTime = AnalysisJob.Analyze(EngagementSimulation.Rows(), s_options,
            new() { DoseFile = temp["d.csv"] }).Metrics[0].Dose!.Result;
        Assert.That(anyTime.Estimate, Is.EqualTo(fixedEnd.Estimate));
        Assert.That(anyTime.Interval!.Value.High - anyTime.Interval.Value.Low,
            Is.GreaterThan(1.2 * (fixedEnd.Interval!.Value.High - fixedEnd.Interval.Value.Low)));
        Assert.That(anyTime.P, Is.GreaterThan(fixedEnd.P!.Value));
    }

    // 400 experiments of four variants without an effect, looked at every 20 rows up to 3,000: at most 5 % (and two standard errors of
    // chance) ever find the contrast; a fixed-end test looked at as often finds it far too often.
    [Test]
    public void Contrast_ManyLooks_KeepsItsLevel()
    {
        const int experiments = 400;
        int crossed = 0, fixedEnd = 0;
        var noise = new float[3000];
        double[] weights = [0.5, 0.5, -0.5, -0.5];
        for (int e = 0; e < experiments; e++)
        {
            SeededNormal.Fill(noise, 11, $"contrast/{e}");
            var arms = new SampleAccumulator[4];
            bool ever = false, everFixed = false;
            for (int i = 0; i < noise.Length; i++)
            {
                arms[i % 4].Add(noise[i]);
                if (i < 100 || i % 20 != 19) continue;
                double estimate = arms.Select((a, v) => weights[v] * a.Sample.Mean).Sum(),
                    error = Math.Sqrt(arms.Select((a, v) => weights[v] * weights[v] * a.Sample.Variance / a.Sample.N).Sum());
                ConfidenceSequence at = ConfidenceSequence.Of(i + 1, estimate, error, tuning: 1000);
                ever |= at.Interval.Low > 0 || at.Interval.High < 0;
                everFixed |= Math.Abs(estimate) > 1.96 * error;
            }
            if (ever) crossed++;
            if (everFixed) fixedEnd++;
        }
        Assert.That(crossed / (double)experiments, Is.LessThan(0.05 + 2 * Math.Sqrt(0.05 * 0.95 / experiments)));
        Assert.That(fixedEnd / (double)experiments, Is.GreaterThan(0.2));
    }
}
