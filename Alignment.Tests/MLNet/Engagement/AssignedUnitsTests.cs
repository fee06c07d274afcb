using System.Globalization;
using System.Text;
using Alignment.MLNet;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Engagement.Reading;
using Microsoft.ML;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>Sample-ratio mismatch is tested on what was assigned, not on rows. χ² and p of the counts by SciPy 1.10.1,
/// <c>scipy.stats.chisquare</c>.</summary>
public sealed class AssignedUnitsTests
{
    static readonly AnalysisOptions s_options = new() { Resamples = 0 };

    /// <summary>Participants of each variant, each with so many rows, one after the other; rows of different participants mixed.</summary>
    static string Participants(params (string Variant, int Participants, int Rows)[] arms)
    {
        List<string> rows = [];
        foreach (var (variant, people, each) in arms)
            for (int r = 0; r < each; r++)
                for (int p = 0; p < people; p++) rows.Add(string.Create(CultureInfo.InvariantCulture,
                    $"v{p % 9},{variant},{variant[0]}{p},{(p * 48271L + r * 7919L) % 65537 / 65537.0}"));
        return "video_id,variant,participant_id,CTR\n" + string.Join('\n', rows.OrderBy(r => ByteHash.Of(Encoding.UTF8.GetBytes(r))))
            + "\n";
    }

    static EngagementAnalysis Analyze(string text, AnalysisOptions? options = null, AnalysisInputs? inputs = null)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], text);
        return AnalysisJob.Analyze(temp["e.csv"], options ?? s_options, inputs: inputs);
    }

    static string[] Codes(EngagementAnalysis analysis) => [.. analysis.Warnings.Select(w => w.Code)];

    [Test]
    public void Participants_WithManyRows_AreCountedOnce()
    {
        // 4,000 and 3,520 rows would alarm (χ² 30.6, p 3e-8); 1,000 and 880 participants do not.
        SampleRatio fine = Analyze(Participants(("baseline", 1000, 4), ("early_boost", 880, 4))).SampleRatio!;
        Assert.Multiple(() =>
        {
            Assert.That(fine.ChiSquare, Is.EqualTo(7.659574468085107).Within(1e-12));
            Assert.That(fine.P, Is.EqualTo(0.005647182255806741).Within(1e-12));
            Assert.That((fine.Mismatch, fine.Unit, fine.InSeveral, fine.Sampled), Is.EqualTo((false, "participant", 0L, false)));
            Assert.That(fine.Counts, Is.EquivalentTo(new Dictionary<string, long> { ["baseline"] = 1000, ["early_boost"] = 880 }));
            Assert.That(fine.Sentence, Does.StartWith("The variants' participants are in the shares"));
        });
        // Four rows of each: no independent values for Welch's test, unless participants are the unit.
        EngagementAnalysis repeated = Analyze(Participants(("baseline", 100, 4), ("early_boost", 100, 4))),
            by = Analyze(Participants(("baseline", 100, 4), ("early_boost", 100, 4)), s_options with { UnitColumn = "participant_id" }),
            once = Analyze(Participants(("baseline", 100, 1), ("early_boost", 100, 1)));
        Assert.That(repeated.Warnings.Single(w => w.Code == "units_repeated").Message,
            Does.StartWith("There are 4.0 rows of each participant").And.Contain("participant_id as the unit"));
        Assert.That(Codes(by).Concat(Codes(once)), Does.Not.Contain("units_repeated"));
        EngagementAnalysis bad = Analyze(Participants(("baseline", 520, 1), ("early_boost", 480, 2), ("late_boost", 390, 3)));
        Assert.Multiple(() =>
        {
            Assert.That(bad.SampleRatio!.ChiSquare, Is.EqualTo(19.136690647482013).Within(1e-12));
            Assert.That(bad.SampleRatio.P, Is.EqualTo(6.990696133696342e-05).Within(1e-15));
            Assert.That(bad.Warnings[0].Code, Is.EqualTo("sample_ratio_mismatch"));
            Assert.That(bad.Warnings[0].Message,
                Does.Contain("participants, baseline 520, early boost 480, late boost 390, are not in the shares"));
            Assert.That(bad.Methods, Has.Some.StartsWith("Different participants per variant were tested"));
        });
        var shares = new Dictionary<string, double> { ["baseline"] = 2, ["early_boost"] = 1, ["late_boost"] = 1 };
        SampleRatio planned = Analyze(Participants(("baseline", 520, 1), ("early_boost", 480, 2), ("late_boost", 390, 3)),
            s_options with { Shares = shares }).SampleRatio!;
        Assert.That(planned.ChiSquare, Is.EqualTo(99.7841726618705).Within(1e-11));
    }

    // A variant that makes people stay has more rows; nobody was lost.
    [Test]
    public void Participants_ThatStayLonger_AreNoMismatch()
    {
        string text = Participants(("baseline", 300, 2), ("early_boost", 300, 6));
        EngagementAnalysis made = Analyze(text), rows = Analyze(text, s_options with { Assigned = "row" });
        Assert.That((made.SampleRatio!.Mismatch, made.SampleRatio.P), Is.EqualTo((false, 1.0)));
        Assert.That((rows.SampleRatio!.Mismatch, rows.SampleRatio.Unit), Is.EqualTo((true, "row")));
        Assert.That(rows.Methods, Has.Some.StartsWith("Rows per variant were tested"));
    }

    [Test]
    public void Participants_InSeveralVariants_AreToldAndLeftOut()
    {
        // b0 … b9 are seen in both: 10 of 600.
        string text = Participants(("baseline", 300, 2), ("early_boost", 300, 2))
            + string.Concat(Enumerable.Range(0, 10).Select(i => $"v1,early_boost,b{i},0.5\n"));
        EngagementAnalysis made = Analyze(text);
        Assert.Multiple(() =>
        {
            Assert.That((made.SampleRatio!.Counts["baseline"], made.SampleRatio.Counts["early_boost"], made.SampleRatio.InSeveral),
                Is.EqualTo((290L, 300L, 10L)));
            AnalysisWarning warning = made.Warnings.Single(w => w.Code == "units_in_several_variants");
            Assert.That(warning.Level, Is.EqualTo(WarningLevel.Warning));
            Assert.That(warning.Message, Does.StartWith("10 of 600 participants have rows in more than one variant"));
        });
        // Where everybody sees everything, participants were not assigned: rows are counted, and that is said quietly unless somebody said
        // otherwise.
        string all = "video_id,variant,user_id,CTR\n"
            + string.Concat(Enumerable.Range(0, 60).SelectMany(i => new[] { $"v1,baseline,u{i},0.{i + 10}\n",
            $"v2,placebo,u{i},0.{i + 11}\n" }));
        EngagementAnalysis crossed = Analyze(all), stated = Analyze(all, s_options with { Assigned = "user_id" });
        Assert.That((crossed.SampleRatio!.Unit, crossed.Warnings.Single(w => w.Code == "units_in_several_variants").Level),
            Is.EqualTo(("row", WarningLevel.Note)));
        Assert.That(stated.Warnings.Single(w => w.Code == "units_in_several_variants").Level, Is.EqualTo(WarningLevel.Warning));
        Assert.That(stated.Warnings.Single(w => w.Code == "units_in_several_variants").Message,
            Does.Contain("60 of 60 users").And.Contain("although the options say so").And.Contain("counts rows"));
    }

    [Test]
    public void Videos_WithOneVariantEach_AreTakenForAssignedAndRowsWarn()
    {
        // 40 and 12 videos, 3 and 10 rows of each: rows (120 and 120) hide what videos show.
        string text = "video_id,variant,CTR\n" + string.Concat(Enumerable.Range(0, 120)
            .Select(i => $"b{i % 40},baseline,0.{i + 100}\ne{i % 12},early_boost,0.{i + 300}\n"));
        SampleRatio made = Analyze(text).SampleRatio!;
        Assert.That((made.Unit, made.Mismatch), Is.EqualTo(("video", true)));
        Assert.That(made.ChiSquare, Is.EqualTo(15.076923076923077).Within(1e-12));
        Assert.That(made.P, Is.EqualTo(0.00010321744149513965).Within(1e-15));
        // As many videos, more rows of one variant: perhaps shown more, perhaps lost.
        EngagementAnalysis more = Analyze("video_id,variant,CTR\n"
            + string.Concat(Enumerable.Range(0, 1000).Select(i =>
            $"{(i < 700 ? "b" : "e")}{i % 20},{(i < 700 ? "baseline" : "early_boost")},0.{i + 1000}\n")));
        Assert.That((more.SampleRatio!.Unit, more.SampleRatio.Mismatch), Is.EqualTo(("video", false)));
        Assert.That(more.Warnings.Single(w => w.Code == "rows_not_in_shares").Message,
            Does.Contain("baseline 700, early boost 300").And.Contain("name row as what was assigned"));
        // Too few videos for a χ² of them: rows, as before.
        Assert.That(Analyze("video_id,variant,CTR\n" + string.Concat(Enumerable.Range(0, 1000)
            .Select(i =>
            $"{(i < 700 ? "b" : "e")}{i % 4},{(i < 700 ? "baseline" : "early_boost")},0.{i + 1000}\n"))).SampleRatio!.ChiSquare,
            Is.EqualTo(160).Within(1e-9));
    }

    [Test]
    public void Plan_SaysWhatWasAssigned_AndIsObeyed()
    {
        using var temp = new TempFolder();
        SampleRatio Of(string unit, string text, out string[] codes)
        {
            PlanFile.Write(temp["plan.json"], new AnalysisPlan { Unit = unit, Metrics = ["CTR"], Variants = ["baseline", "early_boost"] },
                replace: true);
            EngagementAnalysis made = Analyze(text, inputs: new() { PlanFile = temp["plan.json"] });
            codes = Codes(made);
            return made.SampleRatio!;
        }
        string people = Participants(("baseline", 1000, 4), ("early_boost", 880, 4)),
            nobody = "video_id,variant,CTR\n" + string.Concat(Enumerable.Range(0, 40)
            .Select(i => $"v{i % 20},{(i % 20 < 8 ? "baseline" : "early_boost")},0.{i + 10}\n"));
        Assert.That((Of("participant", people, out _).Unit, Of("video", people, out string[] video).Unit),
            Is.EqualTo(("participant", "row")));
        Assert.That(video, Does.Contain("units_in_several_variants"), "nine videos, shown in both");
        Assert.That((Of("video", nobody, out _).Counts["baseline"], Of("participant", nobody, out string[] unknown).Unit),
            Is.EqualTo((8L, "row")));
        Assert.That(unknown, Does.Contain("units_unknown"));
        Assert.That(() => Of("banana", nobody, out _),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("banana").And.Message.Contains("participant"));
    }

    [TestCase(1)]
    [TestCase(3)]
    public void Participants_MoreThanAreKept_AreARandomSampleWhateverTheOrder(int threads)
    {
        string text = Participants(("baseline", 6000, 2), ("early_boost", 6000, 1), ("late_boost", 4000, 4));
        string[] rows = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        SampleRatio made = Analyze(text, s_options with { MaxUnits = 2000, Threads = threads }).SampleRatio!,
            turned = Analyze(string.Join('\n', rows.Skip(1).Reverse().Prepend(rows[0])),
            s_options with { MaxUnits = 2000, Threads = 1 }).SampleRatio!;
        long kept = made.Counts.Values.Sum();
        Assert.Multiple(() =>
        {
            Assert.That((made.Sampled, made.Mismatch), Is.EqualTo((true, true)));
            Assert.That(kept, Is.InRange(800, 2000));   // halved until it fits: a half of 2,000 or more, but for chance
            // ± 4 standard errors of a sample of 1,000
            Assert.That(made.Counts["late_boost"] / (double)kept, Is.EqualTo(0.25).Within(0.06));
            Assert.That(turned.Counts, Is.EquivalentTo(made.Counts));
            Assert.That(made.Sentence, Does.Contain("a random sample of all"));
        });
        Assert.That(Analyze(text, s_options with { MaxUnits = 16_000 }).SampleRatio!.Sampled, Is.False);
    }

    [Test]
    public void Assigned_ColumnNamed_IsCountedNotCompared()
    {
        string text = "video_id,variant,household,CTR\n"
            + string.Concat(Enumerable.Range(0, 200).Select(i =>
            $"v{i % 5},{(i % 40 < 20 ? "baseline" : "placebo")},{i % 40},0.{i + 100}\n")) + "v1,baseline,,0.5\n";
        EngagementAnalysis made = Analyze(text, s_options with { Assigned = "Household" });
        Assert.That((made.SampleRatio!.Unit, made.SampleRatio.Counts["placebo"]), Is.EqualTo(("household", 20L)));
        Assert.That(made.Metrics.Select(m => m.Metric), Is.EqualTo(new[] { "CTR" }));
        Assert.That(made.Warnings.Single(w => w.Code == "units_nameless").Message, Does.StartWith("1 row has no household"));
        Assert.That(() => Analyze(text, s_options with { Assigned = "householt" }),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("nearest column is 'household'"));
    }

    sealed class Row
    {
        public string video_id { get; set; } = "";
        public string variant { get; set; } = "";
        public string participant_id { get; set; } = "";
        public float CTR { get; set; }
    }

    [Test]
    public void Participants_OfADataView_AreCountedToo()
    {
        var ml = new MLContext(1);
        IEnumerable<Row> rows = Enumerable.Range(0, 300)
            .Select(i => new Row
            {
                video_id = $"v{i % 7}",
                variant = i % 3 == 0 ? "baseline" : "placebo",
                participant_id = $"{(i % 3 == 0 ? "b" : "p")}{i % 50}",
                CTR = i % 11
            });
        SampleRatio made = ml.Alignment.AnalyzeEngagement(ml.Data.LoadFromEnumerable(rows), s_options).SampleRatio!;
        Assert.That((made.Unit, made.Counts["baseline"], made.Counts["placebo"]), Is.EqualTo(("participant", 50L, 50L)));
    }
}
