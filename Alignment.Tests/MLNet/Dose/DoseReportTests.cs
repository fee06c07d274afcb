using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.Transforms.Attention.Metrics;

namespace Alignment.Tests.MLNet.Dose;

/// <summary>The report as a file: what is written is what is read.</summary>
public sealed class DoseReportTests
{
    [Test]
    public void Report_WrittenAndRead_IsTheSame()
    {
        using var folder = new TempFolder();
        var to = new DoseFolder(Path.Combine(folder.Path, DoseFolder.Name));
        DoseReport report = DoseSample.Report();
        report.Write(to);
        foreach (string path in new[] { to.Json, to.Root, folder.Path })
        {
            DoseReport read = DoseReport.Read(path);
            Assert.That(System.Text.Json.JsonSerializer.Serialize(read), Is.EqualTo(System.Text.Json.JsonSerializer.Serialize(report)),
                path);
        }
        Assert.That(DoseReport.Exists(folder.Path));
        Assert.That(DoseReport.Read(to.Json).Of("full_boost")!.Dose!.Low, Is.EqualTo(0.03));
    }

    [Test]
    public void Report_WrittenTwice_LeavesFilesAlone()
    {
        using var folder = new TempFolder();
        var to = new DoseFolder(folder.Path);
        DoseSample.Report().Write(to);
        var before = Directory.GetFiles(folder.Path).ToDictionary(f => f, File.GetLastWriteTimeUtc);
        DoseSample.Report().Write(to);
        Assert.That(Directory.GetFiles(folder.Path).ToDictionary(f => f, File.GetLastWriteTimeUtc), Is.EqualTo(before));
    }

    [TestCase("{}", "a report without|required|format", TestName = "empty object")]
    [TestCase("not json", "cannot be read", TestName = "no JSON")]
    [TestCase("null", "format", TestName = "null")]
    public void Report_DamagedFile_SaysSo(string content, string expected)
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, DoseFolder.JsonFile);
        File.WriteAllText(path, content);
        var e = Assert.Throws<BadDataException>(() => DoseReport.Read(path))!;
        Assert.That(e.Message, Does.Match(expected).And.Contains("alignment dose"));
    }

    [Test]
    public void Report_NotThere_SaysWhatToRun()
    {
        using var folder = new TempFolder();
        Assert.That(DoseReport.Exists(folder.Path), Is.False);
        Assert.That(() => DoseReport.Read(folder.Path), Throws.InstanceOf<BadDataException>().With.Message.Contains("alignment dose"));
    }

    [Test]
    public void ByVariant_HasTheDoseOfEachVariantAndZeroForTheBaseline()
    {
        using var folder = new TempFolder();
        var to = new DoseFolder(folder.Path);
        DoseSample.Report().Write(to);
        string[] lines = File.ReadAllLines(to.ByVariant);
        Assert.That(lines[0], Does.StartWith("variant,predictor,dose,low,high,"));
        Assert.That(lines[1], Does.StartWith("baseline,fine_grained,0,0,0,0,,,Reference,6,"));
        Assert.That(lines[2], Does.StartWith("full_boost,fine_grained,0.05,0.03,0.07,0.01,4.5,0.002,ByVideo,6,2,"));
        Assert.That(File.ReadAllLines(to.ByVideo)[1], Does.StartWith("'=cmd(),full_boost,fine_grained,3,3,"),
            "a formula is written as text");
    }

    [Test]
    public void Scenes_WrittenAndRead_AreTheSame()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, DoseFolder.CsvFile);
        SceneDose[] rows = [DoseSample.Scene("=cmd(),\"x\"", null), DoseSample.Scene("ad, one", 0.25)];
        DoseTables.Write(path, SceneDose.Columns, rows.Select(r => r.Cells));
        Assert.That(SceneDose.Read(path).Select(r => r.Cells), Is.EqualTo(rows.Select(r => r.Cells)));
    }

    [Test]
    public void Scenes_DamagedNumber_NamesTheLine()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, DoseFolder.CsvFile);
        DoseTables.Write(path, SceneDose.Columns, [DoseSample.Scene("a", null).Cells]);
        File.WriteAllText(path, File.ReadAllText(path).Replace("0.125", "much", StringComparison.Ordinal));
        Assert.That(() => SceneDose.Read(path).ToArray(),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("line 2").And.Message.Contains("much"));
    }
}

/// <summary>A small report made by hand.</summary>
static class DoseSample
{
    public static SceneDose Scene(string video, double? cc) => new()
    {
        VideoId = video,
        SceneId = video + "-Scene-001",
        Window = "early",
        Variant = "full_boost",
        Predictor = "fine_grained",
        HasProduct = true,
        ActedOn = true,
        SamePicture = false,
        ShareBefore = 0.125,
        ShareBaseline = 0.1,
        ShareAfter = 0.3,
        AlignmentBefore = 0.01,
        AlignmentBaseline = 0.02,
        AlignmentAfter = 0.03,
        TargetShare = 0.5,
        TargetShareBaseline = 1 / 3.0,
        Agreement = Agree(cc, 0.5, 1e-17, -1.25, 0.75),
        AgreementOfBaseline = Agree(null, 0.25, 2, 1, 0.5),
    };

    static Dictionary<string, double?> Agree(params double?[] values) =>
        SaliencyMetrics.All.Zip(values).ToDictionary(m => m.First.Name, m => m.Second);

    public static DoseReport Report()
    {
        var estimate = new DoseEstimate(0.05, 0.01, 4.5, 0.03, 0.07, 0.002, 6, 2, IntervalMethod.ByVideo);
        var baseline = new VariantDose
        {
            Variant = "baseline",
            Predictor = "fine_grained",
            Scenes = 6,
            ActedOn = 0,
            ShareBefore = 0.3,
            ShareAfter = 0.25,
            AlignmentBefore = 0.1,
            AlignmentAfter = 0.09,
            TargetShare = 0.4,
            TargetShareBaseline = 0.4,
            Agreement = Agree(0.5, 0.6, 1.5, 1, 0.7)
        };
        return new()
        {
            Tool = "alignment 0",
            Note = "Predicted attention.",
            Predictors = [new("fine_grained", [], false)],
            Confidence = 0.95,
            Margin = 0.01,
            FixatedPart = 0.05,
            Lpips = new("small", false, "00"),
            AttentionOrigin = ProvenanceCounts.None.With(HeatmapProvenance.Provided),
            Counts = new() { Videos = 2, Scenes = 6, WithProduct = 6, Pictures = 18 },
            Warnings = ["One."],
            Sentences = ["Two."],
            Artifacts = [new("fine_grained", 6, 0.3, 0.25, estimate with { Value = -0.05 }, null, null, null, null, null, null, null,
                Unchanged: 0, BackgroundMaxDifference: 0, "Three.")],
            Variants =
            [
                baseline,
                baseline with
                {
                    Variant = "full_boost", ActedOn = 6, Dose = estimate, DoseActedOn = estimate, AlignmentDose = estimate,
                        TargetShare = 0.5,
                    Manipulation = new(DoseVerdict.Shown, estimate, 0.1, estimate with { Value = 0.5 }, 6, 6, "Four."),
                    Window = new(DoseVerdict.CannotTell, "early", estimate, null, 0, 0, "Five."),
                    Placebo = new(DoseVerdict.NotShown, 0.01, 0.05, estimate, -0.1, 0.1, 0.2, 0.03, true, "Six."),
                },
            ],
            Videos = [new("=cmd()", "full_boost", "fine_grained", 3, 3, 0.3, 0.25, 0.3, 0.05, 0.05, 0.1)],
            Failures = [new("b", "b-Scene-001", "No picture.")],
        };
    }
}
