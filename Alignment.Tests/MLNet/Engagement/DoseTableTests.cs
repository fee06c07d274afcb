using Alignment.MLNet.Dose;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Engagement.Reading;
using Alignment.Onnx.Bundles;
using Alignment.Runner;
using Alignment.Tests.MLNet.Dose;
using Alignment.Tests.Runner.Cli;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>What <c>alignment dose</c> writes, as <c>alignment analyze --dose</c> reads it: every file of it says the same.</summary>
public sealed class DoseTableTests
{
    static readonly AnalysisOptions s_options = new();
    static readonly string[] s_predictors = ["fine_grained", "spectral_residual.smoothed"];

    TempFolder _temp = null!;
    string _run = "";
    DoseFolder _dose = null!;

    [OneTimeSetUp]
    public void Measure()
    {
        _temp = new TempFolder();
        _run = PaintedRun.Make(_temp);
        _dose = new(DoseJob.Run(_run, new()
        {
            Predictors = [new() { Predictor = s_predictors[0] }, new()],
            Model = BundledModels.Tiny
        }).Folder);
    }

    [OneTimeTearDown]
    public void Remove() => _temp.Dispose();

    [TestCase(null)]
    [TestCase("fine_grained")]
    [TestCase("spectral_residual.smoothed")]
    public void Read_EveryFileOfAMeasuredRun_GivesTheSameDoses(string? predictor)
    {
        // From the scenes: the mean of a video's scenes with the product, then of the videos.
        SceneDose[] scenes = [.. SceneDose.Read(_dose.Csv).Where(s => s.HasProduct && s.Predictor == (predictor ?? s_predictors[0]))];
        double Video(string video, string variant) =>
            scenes.Where(s => s.VideoId == video && s.Variant == variant).Average(s => s.ShareDifference);
        string[] videos = [.. scenes.Select(s => s.VideoId).Distinct()];
        Assert.That(videos, Has.Length.GreaterThan(1));
        foreach (string path in new[] { _dose.Json, _dose.Csv, _dose.ByVideo, _dose.Root, _run })
        {
            DoseTable table = DoseTable.Read(path, s_options, predictor);
            Assert.That((table.Units, table.ByVideo), Is.EqualTo(("attention share", true)), path);
            foreach (string variant in s_options.Variants)
            {
                Assert.That(table.Of(variant, s_options.Baseline), Is.EqualTo(videos.Average(v => Video(v, variant))).Within(1e-12),
                    $"{path} {variant}");
                foreach (string video in videos) Assert.That(table.Of(video, variant, s_options.Baseline),
                    Is.EqualTo(Video(video, variant)).Within(1e-12), $"{path} {video} {variant}");
            }
        }
        Assert.That(Math.Abs(DoseTable.Read(_dose.Json, s_options, predictor).Of("full_boost", "baseline")!.Value), Is.GreaterThan(0.001),
            "something was measured");
    }

    [Test]
    public async Task AnalyzeDose_JsonOrCsv_GivesTheSameAnswer()
    {
        string[] videos = [.. SceneDose.Read(_dose.Csv).Select(s => s.VideoId).Distinct()];
        EngagementSimulation.Write(_temp["e.csv"], new() { Videos = videos, RowsPerCell = 12, Seed = 5 });
        List<DoseResponse> made = [];
        foreach (string path in new[] { _dose.Json, _dose.Csv, _run })
        {
            var (terminal, _, errors) = TestTerminal.Make();
            string to = _temp["a" + made.Count];
            Assert.That(await RunnerProgram.RunAsync(["analyze", "--engagement", _temp["e.csv"], "--dose", path, "--resamples", "0",
                "--out", to], terminal, CancellationToken.None), Is.Zero, errors.ToString());
            made.Add(AnalysisJson.Read(Path.Combine(to, AnalysisFiles.Json)).Metrics[0].Dose!);
        }
        foreach (DoseResponse other in made.Skip(1))
        {
            Assert.That(other.Result.Estimate, Is.EqualTo(made[0].Result.Estimate).Within(1e-9));
            Assert.That(other.Result.P, Is.EqualTo(made[0].Result.P).Within(1e-9));
            Assert.That(other.WithinVideos!.Estimate, Is.EqualTo(made[0].WithinVideos!.Estimate).Within(1e-9));
            Assert.That(other.Points.Select(p => p.Dose), Is.EqualTo(made[0].Points.Select(p => p.Dose)).Within(1e-12));
        }
        Assert.That(made[0].Points, Has.Count.EqualTo(7));
    }

    // What is written so that no spreadsheet takes it for a formula is read as it was; a video without the product has no dose.
    [Test]
    public void Read_ApostrophesAndVideosWithoutTheProduct_AreUnderstood()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["d.csv"],
            "video_id,variant,predictor,scenes,dose\n'=a,placebo,p,2,0.5\n'-b,placebo,p,4,0.1\n'c,placebo,p,1,0.3\nnone,placebo,p,0,0\n");
        File.WriteAllText(temp["d.json"],
            """
            {"videos": [{"video_id": "=a", "variant": "placebo", "predictor": "p", "scenes": 2, "dose": 0.5},
                        {"video_id": "-b", "variant": "placebo", "predictor": "p", "scenes": 4, "dose": 0.1},
                        {"video_id": "'c", "variant": "placebo", "predictor": "p", "scenes": 1, "dose": 0.3},
                        {"video_id": "none", "variant": "placebo", "predictor": "p", "scenes": 0, "dose": 0}]}
            """);
        foreach (string file in new[] { "d.csv", "d.json" })
        {
            DoseTable table = DoseTable.Read(temp[file], s_options);
            Assert.That(new[] { "=a", "-b", "'c" }.Select(v => table.Of(v, "placebo", "baseline")),
                Is.EqualTo(new double?[] { 0.5, 0.1, 0.3 }), file);
            Assert.That(table.Of("placebo", "baseline"), Is.EqualTo(0.3).Within(1e-12), file);
            Assert.That(table.Of("none", "placebo", "baseline"), Is.Null, file);
        }
    }

    [TestCase("d.csv", "variant,dose\nplacebo,1\nplacebo,x\n", "line 3", "'x' as dose")]
    [TestCase("d.csv", "variant,doze\nplacebo,1\n", "doze", "variant and dose")]
    [TestCase("d.csv", "variant,dose\nplacebbo,1\n", "no dose of any variant", "Check its columns")]
    [TestCase("d.json", "{", "dose.json of 'alignment dose'", "d.json")]
    [TestCase("d.json", "[]", "d.json", "dose")]
    [TestCase("d.json", "{\"videos\": 7}", "no dose of any variant", "d.json")]
    [TestCase("d.json", "{\"variants\": [7]}", "dose.json of 'alignment dose'", "d.json")]
    public void Read_Nonsense_SaysWhat(string file, string text, params string[] says)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp[file], text);
        var error = Assert.Throws<BadDataException>(() => DoseTable.Read(temp[file], s_options))!;
        foreach (string word in says) Assert.That(error.Message, Does.Contain(word));
    }

    [Test]
    public void Read_PredictorThatIsNotThere_NamesThoseThatAre() =>
        Assert.That(() => DoseTable.Read(_run, s_options, "fine_grain"),
        Throws.InstanceOf<BadDataException>().With.Message.Contains("'spectral_residual.smoothed'").And.Message.Contains(
        "The nearest is 'fine_grained'"));
}
