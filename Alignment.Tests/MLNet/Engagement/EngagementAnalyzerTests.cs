using System.Globalization;
using System.Text.Json;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Engagement;

public sealed class EngagementAnalyzerTests
{
    [TestCase("balanced")]
    [TestCase("unbalanced")]
    [TestCase("small")]
    public void Analyze_Fixture_EqualsScipy(string name)
    {
        var analysis = AnalysisJob.Analyze(Shared.Path("fixtures", "analysis", name + ".csv"), new() { Resamples = 0 });
        using var expected = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "analysis", name + ".expected.json")));
        Assert.That(analysis.Metrics.Select(m => m.Metric), Is.EqualTo(new[] { "CTR", "CVR", "watch_time" }));
        Assert.Multiple(() =>
        {
            foreach (var metric in analysis.Metrics)
            {
                var wanted = expected.RootElement.GetProperty(metric.Metric);
                SampleIs(metric.Samples[0].Sample, wanted.GetProperty("baseline"), metric.Metric);
                var rows = wanted.GetProperty("comparisons").EnumerateArray().ToList();
                Assert.That(metric.Comparisons.Select(c => c.Variant), Is.EqualTo(rows.Select(r => r.GetProperty("variant").GetString())));
                foreach (var (made, row) in metric.Comparisons.Zip(rows))
                {
                    string at = $"{metric.Metric} {made.Variant} ";
                    SampleIs(made.Sample, row, at);
                    Near(made.Difference, row.GetProperty("difference"), 1e-9, at + "difference");
                    Near(made.Student!.T, row.GetProperty("student_t"), 1e-9, at + "student t");
                    Near(made.Student.P, row.GetProperty("student_p"), 1e-7, at + "student p");
                    Near(made.Welch!.T, row.GetProperty("welch_t"), 1e-9, at + "welch t");
                    Near(made.Welch.Df, row.GetProperty("welch_df"), 1e-9, at + "welch df");
                    Near(made.Welch.P, row.GetProperty("welch_p"), 1e-7, at + "welch p");
                    // The reference's t quantile is itself off by up to 2e-9 (TwoSampleTTestTests has it to 1e-14), which
                    // the subtraction that makes an interval's end would magnify: so the half width is compared.
                    double low = row.GetProperty("welch_ci95")[0].GetDouble(), high = row.GetProperty("welch_ci95")[1].GetDouble();
                    Assert.That(made.Welch.Low, Is.EqualTo(low).Within(4e-9 * (high - low) / 2), at + "low");
                    Assert.That(made.Welch.High, Is.EqualTo(high).Within(4e-9 * (high - low) / 2), at + "high");
                }
            }
        });

        static void SampleIs(Sample made, JsonElement wanted, string at)
        {
            Assert.That(made.N, Is.EqualTo(wanted.GetProperty("n").GetInt64()), at + "n");
            Near(made.Mean, wanted.GetProperty("mean"), 1e-9, at + "mean");
            Near(made.Sd, wanted.GetProperty("sd"), 1e-9, at + "sd");
        }

        // Relative, as the fixtures' notes ask.
        static void Near(double made, JsonElement wanted, double tolerance, string at) =>
            Assert.That(made, Is.EqualTo(wanted.GetDouble()).Within(tolerance * Math.Abs(wanted.GetDouble())), at);
    }

    [Test]
    public void Run_RowsOfEveryBadKind_AreReportedWithTheirLineAndTheRestIsUsed()
    {
        using var temp = new TempFolder();
        string csv = temp["e.csv"];
        File.WriteAllText(csv, "\uFEFFvideo_id,variant,CTR\r\n"           // 1, with a byte order mark
            + "a,baseline,0.1\r\n"                                        // 2
            + "\"two\r\nlines\",Baseline ,0.2\r\n"                        // 3–4: fine
            + "b,early_bost,0.3\r\n"                                      // 5
            + "\r\n"                                                      // 6
            + "c,reduction,\"0,3\"\r\n"                                   // 7
            + "d,reduction\r\n"                                           // 8
            + "e\0,reduction,0.3\r\n"                                     // 9
            + "f,reduction," + new string('9', 1 << 20) + "\r\n"          // 10
            + "g,reduction,NaN\r\n"                                       // 11
            + ",reduction,0.3\r\n"                                        // 12
            + "h,reduction,0.3,extra\r\n"                                 // 13
            + "i,reduction,\r\n"                                          // 14: missing, not bad
            + "=HYPERLINK(\"x\"),=cmd,1\r\n"                              // 15
            + "j,reduction,0.4\r\n");                                     // 16
        var made = AnalysisJob.Run(csv, temp["out"]);
        Assert.Multiple(() =>
        {
            Assert.That(made.RejectedShown.Select(r => r.Line), Is.EqualTo(new[] { 5L, 7, 8, 9, 10, 11, 12, 13, 15 }));
            Assert.That(made.RejectedShown[0].Reason, Does.Contain("early_bost").And.Contain("nearest is 'early_boost'"));
            Assert.That(made.RejectedShown[3].Reason, Does.Contain("NUL"));
            Assert.That(made.RejectedShown[4].Reason, Does.Contain("1048576").And.Contain("CTR"));
            Assert.That((made.Rows, made.Rejected), Is.EqualTo((13L, 9L)));
            Assert.That(made.Metrics.Single().Samples.Select(s => (s.Variant, s.Sample.N)),
                Is.EqualTo(new[] { ("baseline", 2L), ("reduction", 1L) }));
            Assert.That(File.ReadAllLines(temp["out", AnalysisFiles.Rejected]), Has.Length.EqualTo(10));
            Assert.That(new FileInfo(temp["out", AnalysisFiles.Rejected]).Length, Is.LessThan(4000));
        });
    }

    [TestCase("video_id;variant;CTR\na;baseline;1\nb;baseline;2\n")]
    [TestCase("Video_ID\tVARIANT\tCTR\ra\tbaseline\t1\rb\tbaseline\t2\r")]
    public void Analyze_OtherSeparatorsAndLineEnds_AreUnderstood(string text)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], text);
        Assert.That(AnalysisJob.Analyze(temp["e.csv"]).Metrics.Single().Samples.Single().Sample, Is.EqualTo(new Sample(2, 1.5, 0.5)));
    }

    [TestCase("", "empty file")]
    [TestCase("video_id,variant\na,baseline\n", "at least one metric")]
    [TestCase("video_id,CTR\na,1\n", "a column 'variant'")]
    [TestCase("video_id,variant,CTR,ctr\na,baseline,1,1\n", "twice")]
    [TestCase("video_id,variant,region\na,baseline,north\n", "no number")]
    public void Analyze_NoUsableColumn_IsBadData(string text, string says)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], text);
        Assert.That(() => AnalysisJob.Analyze(temp["e.csv"]),
            Throws.InstanceOf<BadDataException>().With.Message.Contains(says).And.Message.Contains("e.csv"));
    }

    [Test]
    public void Analyze_UnclosedQuoteInAHugeFile_GivesUpInBoundedMemory()
    {
        using var temp = new TempFolder();
        using (var file = File.CreateText(temp["e.csv"]))
        {
            file.Write("video_id,variant,CTR\na,baseline,1\n\"b");
            string line = new('x', 1 << 20);
            for (int i = 0; i < 40; i++) file.Write(line);
        }
        Assert.That(() => AnalysisJob.Analyze(temp["e.csv"]), Throws.InstanceOf<BadDataException>().With.Message.Contains("line 3"));
    }

    [Test]
    public void Run_DegenerateGroups_SayWhyAndNeverWriteNaN()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], "video_id,variant,flat,one,orphan,region,=evil\n"
            + "a,baseline,1,1,,north,1\nb,baseline,1,2,,south,2\nc,placebo,1,,3,north,\nd,placebo,1,4,5,east,3\n");
        var made = AnalysisJob.Run(temp["e.csv"], temp.Path);
        string json = File.ReadAllText(temp[AnalysisFiles.Json]), csv = File.ReadAllText(temp[AnalysisFiles.Comparisons]);
        Assert.Multiple(() =>
        {
            Assert.That(made.Metrics[0].Comparisons.Single().Note, Does.Contain("no variation"));
            Assert.That(made.Metrics[1].Comparisons.Single().Note, Does.Contain("1 and 2 values"));
            Assert.That(made.Metrics[2].Note, Does.Contain("No row of 'baseline'"));
            Assert.That(made.IgnoredColumns, Is.EqualTo(new[] { "region" }));
            Assert.That(json + csv, Does.Not.Contain("NaN").And.Not.Contain("Infinity").And.Not.Contain("∞"));
            Assert.That(csv, Does.Contain("\n\"'=evil\",baseline,2,1.5,").And.Not.Contain("\n=evil"));
            Assert.That(() => JsonDocument.Parse(json), Throws.Nothing);
        });
    }

    // What was there stays as it was, and nothing of the new is there: while rows are read, and while they are compared.
    [Test]
    public void Run_Interrupted_LeavesNothingHalfWritten()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], "video_id,variant,CTR\n"
            + string.Concat(Enumerable.Range(0, 400).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"v{i % 20},{(i % 2 == 0 ? "baseline" : "placebo")},{i * i % 17 / 100.0}\n"))));
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.That(() => AnalysisJob.Run(temp["e.csv"], temp["new"], cancellationToken: stopped.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.Exists(temp["new"]) ? Directory.GetFileSystemEntries(temp["new"]) : [], Is.Empty);
        AnalysisJob.Run(temp["e.csv"], temp["old"]);
        var before = Directory.GetFiles(temp["old"]).ToDictionary(f => f, File.ReadAllBytes);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.That(() => AnalysisJob.Run(temp["e.csv"], temp["old"], new() { Resamples = 20_000_000 }, cancellationToken: soon.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(temp["old"]).ToDictionary(f => f, File.ReadAllBytes), Is.EqualTo(before));
    }

    [Test]
    public void Run_DataWhereAnOutputGoes_IsUsage()
    {
        using var temp = new TempFolder();
        const string text = "video_id,variant,CTR\na,baseline,1\nb,placebo,2\n";
        File.WriteAllText(temp[AnalysisFiles.Comparisons], text);
        Assert.That(() => AnalysisJob.Run(temp[AnalysisFiles.Comparisons], temp.Path),
            Throws.InstanceOf<UsageException>().With.Message.Contains("analysis.csv"));
        Assert.That(File.ReadAllText(temp[AnalysisFiles.Comparisons]), Is.EqualTo(text));
    }

    [Test]
    public void Run_Twice_WritesTheSameBytes()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], "video_id,variant,CTR\n" + string.Concat(Enumerable.Range(0, 40).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"v{i},{(i % 2 == 0 ? "baseline" : "placebo")},{i * i % 17 / 100.0}\n"))));
        AnalysisJob.Run(temp["e.csv"], temp["1"]);
        AnalysisJob.Run(temp["e.csv"], temp["2"]);
        foreach (string name in Directory.EnumerateFiles(temp["1"]).Select(f => Path.GetFileName(f)!))
            Assert.That(File.ReadAllBytes(temp["2", name]), Is.EqualTo(File.ReadAllBytes(temp["1", name])), name);
    }
}
