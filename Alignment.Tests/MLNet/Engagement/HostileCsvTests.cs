using System.Globalization;
using System.Text;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>Files as they come: every oddity is understood, or refused with advice; nothing is dropped silently.</summary>
public sealed class HostileCsvTests
{
    static EngagementAnalysis Analyze(string text, AnalysisOptions? options = null, Encoding? encoding = null)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], text, encoding ?? new UTF8Encoding(false));
        return AnalysisJob.Analyze(temp["e.csv"], options);
    }

    static Sample First(EngagementAnalysis analysis) => analysis.Metrics[0].Samples.Single(s => s.Variant == "baseline").Sample;

    // The same four values, two variants, in every dress.
    [TestCase("video_id,variant,CTR\na,baseline,0.05\nb,baseline,0.07\nc,placebo,1\n", TestName = "Analyze_Dress_Plain")]
    [TestCase("\uFEFFvideo_id,variant,CTR\r\na,baseline,0.05\r\nb,baseline,0.07\r\nc,placebo,1",
        TestName = "Analyze_Dress_BomCrlfNoLastLineEnd")]
    [TestCase("\"video_id\";\"variant\";\"CTR\"\r\n\"a\";\"baseline\";\"0,05\"\r\n\"b\";\"baseline\";\"0,07\"\r\n"
        + "\"c\";\"placebo\";\"1\"\r\n", TestName = "Analyze_Dress_SemicolonsDecimalCommasQuotes")]
    [TestCase("sep=;\r\nvideo_id;variant;CTR\r\na;baseline;0,05\r\nb;baseline;0,07\r\nc;placebo;1\r\n",
        TestName = "Analyze_Dress_ExcelSep")]
    [TestCase("VIDEO_ID\tVariant\tCTR\ra\tbaseline\t5e-2\rb\tBASELINE\t+.07\rc\tplacebo\t1.\r", TestName = "Analyze_Dress_TabsCrExponents")]
    [TestCase("video_id|variant|CTR\n a | baseline | 0.05 \nb|baseline|0.07\n\n||\nc|placebo|1\n",
        TestName = "Analyze_Dress_PipesSpacesBlankRows")]
    [TestCase("variant,CTR,note,video_id\nbaseline,0.05,\"one, \"\"two\"\"\nthree\",a\nbaseline,0.07,,b\nplacebo,1,x,c\n",
        TestName = "Analyze_Dress_QuotesWithLineEnds")]
    public void Analyze_SameRowsInOtherDress_GiveTheSame(string text)
    {
        EngagementAnalysis made = Analyze(text);
        Assert.That((made.Rows, made.Rejected), Is.EqualTo((3L, 0L)), string.Join("; ", made.RejectedShown));
        Assert.That(First(made).N, Is.EqualTo(2));
        Assert.That(First(made).Mean, Is.EqualTo(0.06).Within(1e-15));
    }

    [TestCase("video_id,variant,CTR\na,baseline,0,05\nb,baseline,0,07\nc,placebo,0,1\n", "Decimal commas between commas")]
    [TestCase("video_id;variant;plays\na;baseline;1,234\nb;baseline;2,345\n", "may be decimals or thousands")]
    [TestCase("video_id;variant;CTR\na;baseline;0,05\nb;baseline;0.07\n", "decimals with points and with commas")]
    [TestCase("video_id,variant,CTR\na,baseline,\"0,05\"\n", "AnalysisOptions.Decimals comma")]
    [TestCase("PK\u0003\u0004whatever", "Excel workbook")]
    [TestCase("video_id,variant,CTR\na,boost,1\nb,bost,2\n", "no usable row")]
    [TestCase("video,variant,CTR\na,baseline,1\n", "nearest column is 'video'")]
    [TestCase("video_id,variant,CTR\n", "a header without rows")]
    [TestCase("video_id,variant,CTR\na,baseline,1%\n", "'CTR' begins with '1%'")]
    [TestCase("video_id,variant,CTR\na,baseline,1%\n", "Write 5 % as 0.05")]
    public void Analyze_WhatCannotBeUnderstood_IsRefusedWithAdvice(string text, string says) =>
        Assert.That(() => Analyze(text), Throws.InstanceOf<BadDataException>().With.Message.Contains(says).And.Message.Contains("e.csv"));

    [Test]
    public void Analyze_Utf16_IsRefusedWithAdvice() =>
        Assert.That(() => Analyze("video_id,variant,CTR\na,baseline,1\n", encoding: Encoding.Unicode),
        Throws.InstanceOf<BadDataException>().With.Message.Contains("CSV UTF-8"));

    [Test]
    public void Analyze_Latin1_IsRefusedOrReportedWithAdvice()
    {
        Assert.That(() => Analyze("video_id,variant,CTR,tête\na,baseline,1,x\n", encoding: Encoding.Latin1),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("CSV UTF-8"));
        EngagementAnalysis made = Analyze("video_id,variant,CTR\nà,baseline,1\nb,baseline,2\nc,baseline,4\n", encoding: Encoding.Latin1);
        Assert.That(made.RejectedShown.Single(), Is.EqualTo(new RejectedRow(2, "video_id: no UTF-8 text; save the file as \"CSV UTF-8\"")));
    }

    [TestCase("NA")]
    [TestCase("NaN")]
    [TestCase("null")]
    [TestCase("#N/A")]
    public void Analyze_WordsForNoValue_SayHowToWriteOne(string word) =>
        Assert.That(Analyze($"video_id,variant,CTR\na,baseline,1\nb,baseline,{word}\n").RejectedShown.Single().Reason,
        Does.Contain($"'{word}'").And.Contain("leave the cell of a missing value empty"));

    // As <(zcat file) gives one.
    [Test]
    [Platform("Linux")]
    public void Analyze_APipe_IsRefusedWithAdvice()
    {
        using var made = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        made.Write("video_id,variant,CTR\na,baseline,1\n"u8);
        Assert.That(() => AnalysisJob.Analyze("/proc/self/fd/" + made.GetClientHandleAsString()),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("a pipe"));
    }

    [Test]
    public void Analyze_DecimalsSaid_AreObeyed()
    {
        Assert.That(First(Analyze("video_id;variant;plays\na;baseline;1,234\nb;baseline;2,234\n",
            new() { Decimals = DecimalMark.Comma })).Mean, Is.EqualTo(1.734).Within(1e-12));
        Assert.That(First(Analyze("video_id,variant,CTR\na,baseline,\"0,05\"\nb,baseline,\"0,07\"\n",
            new() { Decimals = DecimalMark.Comma })).Mean, Is.EqualTo(0.06).Within(1e-12));
    }

    [Test]
    public void Analyze_StrayAndUnclosedQuotes_CostTheirLinesOnly()
    {
        EngagementAnalysis made =
            Analyze(
            "video_id,variant,CTR\na,baseline,1\nb\"b,baseline,2\n\"c,baseline,3\nd,baseline,4\n\"e\"x,baseline,5\nf,baseline,6\ng,"
                + "placebo,\"7\n");
        Assert.That(made.RejectedShown.Select(r => r.Line), Is.EqualTo(new[] { 3L, 4, 6, 8 }));
        Assert.That(First(made).N, Is.EqualTo(3));
        Assert.That(First(made).Mean, Is.EqualTo(11 / 3.0).Within(1e-14));
    }

    [Test]
    public void Analyze_CellsOfAMegabyte_AreReportedWithTheirColumn()
    {
        string big = new('x', 1 << 20), quoted = "\"" + new string('y', 1 << 20) + "\n\"";
        EngagementAnalysis made =
            Analyze($"video_id,variant,CTR\n{big},baseline,1\na,{big},1\nb,baseline,{quoted}\nc,baseline,2\nd,baseline,4\n");
        Assert.That(made.RejectedShown.Select(r => (r.Line, r.Reason.Split(':')[0])),
            Is.EqualTo(new[] { (2L, "video_id"), (3L, "variant"), (4L, "CTR") }));
        Assert.That(made.RejectedShown[0].Reason, Does.Contain("1048576").And.Length.LessThan(200));
        Assert.That(First(made).Mean, Is.EqualTo(3));
    }

    [Test]
    public void Run_Formulas_AreWrittenBackSafely()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["e.csv"], "video_id,variant,=cmd|' /C "
            + "calc'!A0,@SUM(1)\n=1+1,baseline,1,1\n+2,baseline,2,3\nx,placebo,3,2\ny,placebo,5,4\nz,"
            + "=HYPERLINK(\"\"\"http://evil\"\"\"),1,1\nz,-2+3,1,1\n");
        AnalysisJob.Run(temp["e.csv"], temp["out"]);
        foreach (string file in Directory.GetFiles(temp["out"], "*.csv"))
            foreach (string cell in File.ReadAllText(file).Split('\n', ','))
                Assert.That(cell.TrimStart('"').TrimEnd('\r'), Does.Not.Match("^[=+@\t]|^-[^0-9.]"), Path.GetFileName(file));
        Assert.That(File.ReadAllText(temp["out", AnalysisFiles.Comparisons]), Does.Contain("'=cmd"));
    }

    [Test]
    public void Analyze_CountsThatAreNone_AreReported()
    {
        EngagementAnalysis made =
            Analyze(
            "video_id,variant,impressions,clicks\na,baseline,100,5\nb,baseline,100,101\nc,baseline,100,2.5\nd,baseline,-1,0\ne,"
                + "baseline,200,7\nf,placebo,100,4\ng,placebo,100,6\nh,placebo,,6\n");
        Assert.Multiple(() =>
        {
            Assert.That(made.RejectedShown.Select(r => r.Line), Is.EqualTo(new[] { 3L, 4, 5 }));
            Assert.That(made.RejectedShown[0].Reason, Does.Contain("101 of only 100"));
            Assert.That(made.RejectedShown[1].Reason, Does.Contain("2.5 is no count"));
            MetricAnalysis ratio = made.Metrics.Single();
            Assert.That((ratio.Metric, ratio.Samples[0].Counts, ratio.Samples[1].Counts),
                Is.EqualTo(("clicks/impressions", new CountPair(12, 300), new CountPair(10, 200))));
        });
    }

    [Test]
    public void Analyze_AnyThreadsAndBlocks_GiveTheSameBytes()
    {
        using var temp = new TempFolder();
        // Rows over several blocks; quoted ones among them.
        using (var file = File.CreateText(temp["e.csv"]))
        {
            file.Write("video_id,variant,CTR,note\n");
            string[] variants = [.. new AnalysisOptions().Variants];
            for (int i = 0; i < 50_000; i++)
                file.Write(string.Create(CultureInfo.InvariantCulture, $"video "
                    + $"{i % 97},{variants[i * 7919 % 7]},{(i * 48271L % 65537) / 65537.0},"
                    + $"{(i % 1000 == 0 ? "\"a\nb\"" : "nothing to say here")}\n"));
        }
        var options = new AnalysisOptions { MaxValues = 5000, MaxRowHashes = 2000 };
        string one = AnalysisJson.Text(AnalysisJob.Analyze(temp["e.csv"], options with { Threads = 1 }));
        foreach (int threads in new[] { 2, 5 })
            Assert.That(AnalysisJson.Text(AnalysisJob.Analyze(temp["e.csv"], options with { Threads = threads })), Is.EqualTo(one));
        EngagementAnalysis made = AnalysisJob.Analyze(temp["e.csv"], options);
        Assert.Multiple(() =>
        {
            Assert.That((made.Rows, made.Rejected), Is.EqualTo((50_000L, 0L)));
            Assert.That(made.IgnoredColumns, Is.EqualTo(new[] { "note" }));
            Assert.That(made.Metrics[0].Warnings.Select(w => w.Code), Does.Contain("sampled"));
            Assert.That(made.Metrics[0].Comparisons[0].Notes, Has.Some.Contains("seeded sample").And.Some.Contains("Bootstrap left out"));
            Assert.That(made.SourceSha256,
                Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(temp["e.csv"])))));
        });
    }
}
