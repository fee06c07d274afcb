using System.Globalization;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>What an analysis must say by itself.</summary>
public sealed class AnalysisGuardsTests
{
    static readonly AnalysisOptions s_options = new() { Resamples = 0 };

    static string[] Codes(EngagementAnalysis analysis) => [.. analysis.AllWarnings.Select(w => w.Code)];

    // So many rows of each variant; values spread evenly around the mean, nothing random.
    static EngagementRows Rows(params (string Variant, int Rows, double Mean, double Spread)[] arms)
    {
        var rows = new EngagementRows("CTR");
        foreach (var (variant, n, mean, spread) in arms)
            for (int i = 0; i < n; i++) rows.Add(string.Create(CultureInfo.InvariantCulture, $"v{i}"), variant,
                mean + spread * (2.0 * i / (n - 1) - 1));
        return rows;
    }

    [Test]
    public void SampleRatio_Mismatch_IsAnAlarmAndNothingElseComesFirst()
    {
        EngagementAnalysis bad = AnalysisJob.Analyze(Rows(("baseline", 1000, 5, 1), ("early_boost", 850, 5, 1)), s_options);
        Assert.That(bad.SampleRatio!.Mismatch, Is.True);
        Assert.That((bad.Warnings[0].Level, bad.Warnings[0].Code), Is.EqualTo((WarningLevel.Alarm, "sample_ratio_mismatch")));
        Assert.That(bad.Warnings[0].Message, Does.Contain("no comparison can be trusted").And.Contain("1,000"));
        // As planned, it is none.
        var shares = new Dictionary<string, double>(StringComparer.Ordinal) { ["baseline"] = 100, ["early_boost"] = 85 };
        Assert.That(AnalysisJob.Analyze(Rows(("baseline", 1000, 5, 1), ("early_boost", 850, 5, 1)),
            s_options with { Shares = shares }).SampleRatio!.Mismatch, Is.False);
        Assert.That(AnalysisJob.Analyze(Rows(("baseline", 1000, 5, 1), ("early_boost", 960, 5, 1)), s_options).SampleRatio!.Mismatch,
            Is.False);
    }

    [Test]
    public void Variants_OneAloneOrOneTwice_AreTold()
    {
        MetricAnalysis alone = AnalysisJob.Analyze(Rows(("baseline", 30, 5, 1)), s_options).Metrics[0];
        Assert.That((alone.Comparisons.Count, alone.Note),
            Is.EqualTo((0, "Only 'baseline' has values, so there is nothing to compare with it.")));
        Assert.That(() => AnalysisJob.Analyze(Rows(("baseline", 30, 5, 1)), s_options with { Variants = ["baseline", "a", "A"] }),
            Throws.InstanceOf<UsageException>().With.Message.Contains("'a' twice"));
    }

    [Test]
    public void Guards_EachKind_SaysItsWord()
    {
        EngagementAnalysis made = AnalysisJob.Analyze(Rows(("baseline", 40, 0.05, 0.01), ("early_boost", 40, 0.09, 0.01),
            ("late_boost", 40, 0.05, 0), ("reduction", 4, 0.05, 0.01), ("early_bost", 3, 1, 0.1)), s_options);
        MetricAnalysis ctr = made.Metrics[0];
        Assert.Multiple(() =>
        {
            Assert.That(Codes(made), Is.SupersetOf(new[] { "implausible_lift", "zero_variance", "few_rows", "variant_missing",
                "unknown_variant", "no_plan", "rows_rejected" }));
            Assert.That(ctr.Warnings.Single(w => w.Code == "implausible_lift").Message, Does.Contain("+80 %"));
            Assert.That(ctr.Warnings.Single(w => w.Code == "zero_variance").Variant, Is.EqualTo("late_boost"));
            Assert.That(ctr.Warnings.Single(w => w.Code == "few_rows").Message, Does.Contain("reduction").And.Contain("only 4"));
            Assert.That(made.Warnings.Single(w => w.Code == "unknown_variant").Message,
                Does.Contain("'early_bost' (3 rows)").And.Contain("nearest is 'early_boost'"));
            Assert.That(made.Warnings.Where(w => w.Code == "variant_missing").Select(w => w.Variant),
                Is.EqualTo(new[] { "middle_boost", "full_boost", "placebo" }));
        });
    }

    [Test]
    public void Sentences_OfADifference_SayWhatTheIssueSays()
    {
        MetricAnalysis ctr = AnalysisJob.Analyze(Rows(("baseline", 200, 0.05, 0.02), ("early_boost", 200, 0.0573, 0.02),
            ("late_boost", 200, 0.0501, 0.02), ("reduction", 200, 0.04, 0.02)), s_options).Metrics[0];
        // 0.73 points, standard error 100 · √(2 · (0.04²/12) · (201/199) / 200) = 0.1160, t quantile 1.966: 0.50 to 0.96.
        Assert.That(ctr.Comparisons[0].Result.Sentence,
            Is.EqualTo("Early boost raised CTR by 0.73 points (95 % CI 0.50 to 0.96, Holm p < 0.0001)."));
        Assert.That(ctr.Comparisons[1].Result.Sentence,
            Does.StartWith("Late boost: no difference in CTR was shown (+0.01 points, 95 % CI −0.22 to 0.24, Holm p = 0.93"));
        Assert.That(ctr.Comparisons[2].Result.Sentence,
            Does.StartWith("Reduction lowered CTR by 1.00 points (95 % CI of the difference −1.23 to −0.77, "));
    }

    [Test]
    public void Duplicates_CopiedRows_AreToldExactlyAndEstimated()
    {
        using var temp = new TempFolder();
        string Row(int i) => string.Create(CultureInfo.InvariantCulture,
            $"v{i % 10},{(i % 2 == 0 ? "baseline" : "placebo")},{i / 7919.0}\n");
        File.WriteAllText(temp["e.csv"], "video_id,variant,CTR\n" + string.Concat(Enumerable.Range(0, 20_000).Select(Row))
            + string.Concat(Enumerable.Range(0, 3_000).Select(Row)));
        AnalysisWarning exact = AnalysisJob.Analyze(temp["e.csv"], s_options).Warnings.Single(w => w.Code == "duplicates");
        AnalysisWarning estimated = AnalysisJob.Analyze(temp["e.csv"],
            s_options with { MaxRowHashes = 4_000 }).Warnings.Single(w => w.Code == "duplicates");
        Assert.That(exact.Level, Is.EqualTo(WarningLevel.Warning));
        Assert.That(exact.Message, Does.StartWith("3,000 rows are the same"));
        // An eighth to a quarter of the rows are kept in mind: about 500 of the copies, ± 5 %.
        double told = double.Parse(estimated.Message.Split(' ')[1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.That(estimated.Message, Does.StartWith("about ").And.Contain("estimated"));
        Assert.That(told, Is.EqualTo(3000).Within(500));
    }

    [Test]
    public void Duplicates_ImpressionsOfWholeNumbers_AreOnlyNoted()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], "video_id,variant,clicked\n"
            + string.Concat(Enumerable.Range(0, 200).Select(i => $"v,{(i % 2 == 0 ? "baseline" : "placebo")},{(i % 5 == 0 ? 1 : 0)}\n")));
        Assert.That(AnalysisJob.Analyze(temp["e.csv"], s_options).Warnings.Single(w => w.Code == "duplicates").Level,
            Is.EqualTo(WarningLevel.Note));
    }

    [Test]
    public void Columns_EmptyIdsAndCovariates_AreNoMetrics()
    {
        using var temp = new TempFolder();
        var text = new System.Text.StringBuilder("video_id,variant,participant_id,CTR,CVR,watch_time,pre_watch_time\n");
        for (int i = 0; i < 80; i++) text.Append(CultureInfo.InvariantCulture,
            $"v{i % 8},{(i % 2 == 0 ? "baseline" : "placebo")},{1000 + i},{i % 7 / 100.0},,{10 + i % 5},{(i % 2 == 0 ? 8 : 12) + i % 3}\n");
        File.WriteAllText(temp["e.csv"], text.ToString());
        EngagementAnalysis made = AnalysisJob.Analyze(temp["e.csv"], s_options);
        Assert.Multiple(() =>
        {
            Assert.That(made.Metrics.Select(m => m.Metric), Is.EqualTo(new[] { "CTR", "watch_time" }));
            Assert.That(made.Warnings.Single(w => w.Code == "metric_all_missing").Metric, Is.EqualTo("CVR"));
            Assert.That(made.Metrics[1].Sensitivity.Select(s => s.Covariate), Does.Contain("pre_watch_time"));
            Assert.That(made.Warnings.Single(w => w.Code == "covariate_imbalance").Level, Is.EqualTo(WarningLevel.Alarm));
            Assert.That(made.Metrics[0].Warnings.Select(w => w.Code), Does.Not.Contain("missing"));
        });
    }

    [Test]
    public void Videos_TooManyToKeepApart_AreLeftOutAndThatIsSaid()
    {
        EngagementAnalysis made = AnalysisJob.Analyze(Rows(("baseline", 200, 5, 1), ("placebo", 200, 5, 1)),
            s_options with { MaxCells = 100 });
        Assert.That((made.Videos, made.Metrics[0].Comparisons[0].Paired), Is.EqualTo(((long?)null, (PairedResult?)null)));
        Assert.That(made.Metrics[0].Sensitivity.Single().Note, Does.Contain("raise the bound of cells"));
        Assert.That(made.Metrics[0].Comparisons[0].Result.Verdict, Is.EqualTo(Verdict.NotShown));
    }

    [Test]
    public void Contrasts_AreWeightedSumsWithWelchErrors()
    {
        MetricAnalysis ctr = AnalysisJob.Analyze(Rows(("baseline", 50, 5, 1), ("early_boost", 40, 8, 1), ("middle_boost", 30, 7, 2),
            ("late_boost", 20, 6, 1), ("full_boost", 60, 9, 3), ("placebo", 50, 5.5, 1)), s_options).Metrics[0];
        Finding Of(string name) => ctr.Contrasts.Single(c => c.Name == name).Result;
        Assert.Multiple(() =>
        {
            Assert.That(Of("pooled_boosts-baseline").Estimate, Is.EqualTo((8 + 7 + 6 + 9) / 4.0 - 5).Within(1e-12));
            Assert.That(Of("trend_over_windows").Estimate, Is.EqualTo(-1).Within(1e-12));
            // A contrast of two is Welch's test.
            Sample a = ctr.Samples.Single(s => s.Variant == "early_boost").Sample,
                b = ctr.Samples.Single(s => s.Variant == "placebo").Sample;
            var welch = new TwoSampleTTest(a.Mean, a.Variance, a.N, b.Mean, b.Variance, b.N, assumeEqualVariances: false);
            Assert.That(Of("early_boost-placebo").Statistic, Is.EqualTo(welch.Statistic).Within(1e-10));
            Assert.That(Of("early_boost-placebo").Df, Is.EqualTo(welch.DegreesOfFreedom).Within(1e-9));
            Assert.That(Of("early_boost-placebo").FamilySize, Is.EqualTo(4));
            Assert.That(Of("trend_over_windows").Sentence,
                Does.Contain("falls by 1.0").And.Contain("per window from early boost to late boost"));
        });
    }
}
