using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Runner;
using Alignment.Tests.MLNet.Pipelines;
using Alignment.Tests.Runner.Cli;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.Tests.MLNet.Gaze;

/// <summary>What happens to heatmaps that are there, what is recorded of those that are made, and where that is said.</summary>
public sealed class AttentionMakingTests
{
    static string Heatmap(string data, string video, int scene, string ending = ".png") =>
        Path.Combine(data, "attention_heatmap", video, FormattableString.Invariant($"{video}-Scene-{scene:000}{ending}"));

    /// <summary>MiniDataSet without its heatmaps, except those asked for.</summary>
    static string Data(TempFolder folder, bool keepHeatmaps = false)
    {
        string data = MiniDataSet.Write(folder["data"]);
        if (!keepHeatmaps) Directory.Delete(Path.Combine(data, "attention_heatmap"), recursive: true);
        return data;
    }

    /// <summary>A gaze file with one fixation in each scene of "spot" but the last; scenes are a second long.</summary>
    static string Gaze(TempFolder folder, string data)
    {
        SceneList.FromStarts(new(25), [0, 25, 50, 75], 100).Write(Path.Combine(data, "video_scene_cuts", "spot", "scenes.csv"));
        File.WriteAllText(folder["gaze.csv"],
            "video_id,participant,time_seconds,x,y,duration_seconds\nspot,p,0.5,20,30,1\nspot,p,1.5,40,30,1\nspot,p,2.5,60,30,1\n");
        return folder["gaze.csv"];
    }

    [Test]
    public void Predicted_ByTheDefault_AreThePredictorsMapsAt16Bits()
    {
        using var folder = new TempFolder();
        string data = Data(folder);
        AttentionResult report = AttentionJob.Run(data);
        Assert.That((report.Count(HeatmapFate.Made), report.Failures), Is.EqualTo(((long)MiniDataSet.Scenes, 0L)));
        Assert.That((report.Attention.Predicted, report.Attention.Measured), Is.EqualTo(((long)MiniDataSet.Scenes, 0L)));
        RgbPicture still = PictureFile.ReadRgb8(Path.Combine(data, "video_scene_cuts", "spot", "spot-Scene-002-01.jpg"));
        float[] map = new float[still.Width * still.Height];
        SaliencyPredictors.Parse("spectral_residual.smoothed").Predict(still.Pixels, still.Width, still.Height, map);
        Assert.That(PictureFile.ReadGrey(Heatmap(data, "spot", 2)).Values, Is.EqualTo(map).Within(0.5 / 65535 + 1e-7));
        Assert.That(report.ContactSheets, Has.Count.EqualTo(2).And.All.Matches<string>(File.Exists));
        Assert.That(ValidationJob.Run(data).ValidScenes, Is.EqualTo(MiniDataSet.Scenes), "the layout loads them");
    }

    /// <summary>As the program wrote them before spectral residual took the logarithm of 1 + |F|: without a method.</summary>
    internal static void MakeOlder(string data, string video)
    {
        string record = Path.Combine(data, "attention_heatmap", video, HeatmapRecord.FileName), text = File.ReadAllText(record);
        Assert.That(text, Does.Contain("\"method\": \"2\""));
        File.WriteAllText(record, System.Text.RegularExpressions.Regex.Replace(text, "\\s*\"method\": \"2\",", ""));
    }

    [Test]
    public void Predicted_ByAnOlderMethod_IsLeftAloneAndTold()
    {
        using var folder = new TempFolder();
        string data = Data(folder);
        Assert.That(AttentionJob.Run(data).Problems, Is.Empty);
        Assert.That(AttentionJob.Run(data).Problems, Is.Empty);
        MakeOlder(data, "spot");
        var files = Files(data);

        AttentionResult report = AttentionJob.Run(data, new() { ContactSheets = false });

        Assert.That(Files(data), Is.EqualTo(files));
        Assert.That((report.Count(HeatmapFate.Kept), report.Failures), Is.EqualTo((4L, 0L)));
        AttentionProblem told = report.Problems.Single();
        Assert.That(told.VideoId, Is.EqualTo("spot"));
        Assert.That(told.Message,
            Does.Contain(
            "4 heatmaps were predicted by spectral_residual.smoothed in version 1 of its method; this program has version 2").And.Contain(
            "make them again by force"));

        AttentionJob.Run(data, new() { ContactSheets = false, Force = true });
        Assert.That(AttentionJob.Run(data, new() { ContactSheets = false }).Problems, Is.Empty);
    }

    [TestCase("fine_grained", null)]
    [TestCase("spectral_residual", "2")]
    [TestCase("fine_grained.smoothed+spectral_residual.smoothed with 0.3 centre prior", "1+2")]
    [TestCase("my model", null)]
    public void MethodsOf_APredictorsName_AreThoseOfItsParts(string name, string? methods) =>
        Assert.That(SaliencyPredictors.MethodsOf(name), Is.EqualTo(methods));

    [Test]
    public void Existing_Heatmaps_AreLeftAloneUnlessForcedAndThenKeptBeside()
    {
        using var folder = new TempFolder();
        string data = Data(folder, keepHeatmaps: true);
        File.Delete(Heatmap(data, "spot", 3, ".jpg"));
        byte[] before = File.ReadAllBytes(Heatmap(data, "spot", 1, ".jpg"));

        AttentionResult report = AttentionJob.Run(data);
        Assert.That((report.Count(HeatmapFate.Made), report.Count(HeatmapFate.Kept)), Is.EqualTo((1L, MiniDataSet.Scenes - 1L)));
        Assert.That(File.ReadAllBytes(Heatmap(data, "spot", 1, ".jpg")), Is.EqualTo(before));
        Assert.That(report.Attention.Provided, Is.EqualTo(MiniDataSet.Scenes - 1));

        report = AttentionJob.Run(data, new() { Force = true });
        Assert.That(report.Count(HeatmapFate.Made), Is.EqualTo(MiniDataSet.Scenes));
        Assert.That(File.Exists(Heatmap(data, "spot", 1, ".jpg")), Is.False, "the JPEG would win over the PNG");
        Assert.That(File.ReadAllBytes(Heatmap(data, "spot", 1, ".jpg.replaced")), Is.EqualTo(before));
        Assert.That(SceneFolder.Open(data).Read("spot", static _ => { }).Select(s => s.Heatmap),
            Is.EqualTo(Enumerable.Range(1, 4).Select(n => Heatmap(data, "spot", n))));

        // Ours by other options: kept as well, and said to be.
        report = AttentionJob.Run(data, new() { Predict = new() { Predictor = "fine_grained" } });
        Assert.That((report.Count(HeatmapFate.Kept), report.Count(HeatmapFate.UpToDate)), Is.EqualTo(((long)MiniDataSet.Scenes, 0L)));
    }

    [Test]
    public void Heatmap_ChangedByHand_IsNoLongerOurs()
    {
        using var folder = new TempFolder();
        string data = Data(folder);
        AttentionJob.Run(data);
        PictureFile.WritePngGrey(Heatmap(data, "spot", 1), 4, 4, new byte[16].AsSpan());
        Assert.That(ValidationJob.Run(data).Attention,
            Is.EqualTo(new ProvenanceCounts { Predicted = 6, Provided = 1 })
            .Using<ProvenanceCounts>((a, b) => (a.Measured, a.Predicted, a.Provided) == (b.Measured, b.Predicted, b.Provided)));
    }

    [Test]
    public void Killed_AtAnyFile_ContinuesToTheSameBytes()
    {
        using var folder = new TempFolder();
        string data = Data(folder);
        AttentionJob.Run(data, new() { ContactSheets = false });
        var whole = Files(data);
        // As a kill leaves it: the record is written before its heatmaps; some are missing, one is half written.
        foreach (int scene in new[] { 2, 4 }) File.Delete(Heatmap(data, "spot", scene));
        File.WriteAllText(Heatmap(data, "spot", 2) + AtomicFile.PartialSuffix, "half");
        AttentionResult report = AttentionJob.Run(data, new() { ContactSheets = false });
        Assert.That((report.Count(HeatmapFate.Made), report.Count(HeatmapFate.UpToDate)), Is.EqualTo((2L, MiniDataSet.Scenes - 2L)));
        Assert.That(Files(data), Is.EqualTo(whole));
    }

    [Test]
    public void Cancelled_LeavesWholeFilesAndContinues()
    {
        using var folder = new TempFolder();
        string data = Data(folder);
        using var stop = new CancellationTokenSource();
        Assert.That(() => AttentionJob.Run(data, null, new StopAt("making heatmaps", stop), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(AttentionJob.Run(data).Count(HeatmapFate.Missing), Is.Zero);
        using var fresh = new TempFolder();
        string other = Data(fresh);
        AttentionJob.Run(other);
        Assert.That(Files(data).Select(f => (f.Key, f.Value)), Is.EqualTo(Files(other).Select(f => (f.Key, f.Value))));
    }

    sealed class StopAt(string stage, CancellationTokenSource stop) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (value.Stage == stage) stop.Cancel();
        }
    }

    static SortedDictionary<string, string> Files(string data) => new(Directory.GetFiles(data, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetRelativePath(data, f),
        f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))), StringComparer.Ordinal);

    [Test]
    public void GazeAndPrediction_Together_AreToldApartSceneByScene()
    {
        using var folder = new TempFolder();
        string data = Data(folder), gaze = Gaze(folder, data);
        AttentionResult report = AttentionJob.Run(data,
            new() { GazeFile = gaze, Gaze = new() { Sigma = new(5) }, Predict = new() });
        Assert.That(report.SceneList.Where(s => s.VideoId == "spot").Select(s => s.Origin),
            Is.EqualTo(new[] { ProvenanceKind.Measured, ProvenanceKind.Measured, ProvenanceKind.Measured, ProvenanceKind.Predicted }));
        Assert.That(report.SceneList.Where(s => s.VideoId != "spot").Select(s => s.Origin), Is.All.EqualTo(ProvenanceKind.Predicted),
            "no scene list, so no gaze");
        Assert.That(report.Problems.Single(p => p.Breaks).Message, Does.Contain("No scene list"));

        using var alone = new TempFolder();
        data = Data(alone);
        report = AttentionJob.Run(data, new() { GazeFile = Gaze(alone, data), Gaze = new() { Sigma = new(5) } });
        Assert.That((report.Count(HeatmapFate.Made), report.Count(HeatmapFate.Missing), report.WithoutGaze), Is.EqualTo((4L, 3L, 1L)));
        Assert.That(PictureFile.ReadGrey(Heatmap(data, "spot", 4)).Values, Is.All.Zero);
    }

    [Test]
    public void SumToOne_IsStoredStretchedWithItsScale()
    {
        using var folder = new TempFolder();
        string data = Data(folder), gaze = Gaze(folder, data);
        AttentionJob.Run(data, new()
        {
            GazeFile = gaze,
            Gaze = new() { Sigma = new(5) },
            Normalize = HeatmapNormalization.SumToOne,
            Videos = ["spot"]
        });
        HeatmapEntry entry = HeatmapRecord.Read(Path.Combine(data, "attention_heatmap", "spot"))!.Scenes[0];
        double sum = PictureFile.ReadGrey(Heatmap(data, "spot", 1)).Values.Sum(v => v * entry.White);
        Assert.That(sum, Is.EqualTo(1).Within(1e-3));
        // A Gaussian's top over its sum: 1 / (2π σ²), where nothing is lost over the edges.
        Assert.That(entry.White, Is.EqualTo(1 / (2 * Math.PI * 25)).Within(1e-4));
    }

    [Test]
    public void Still_ThatCannotBeRead_IsNamedAndTheRestIsMade()
    {
        using var folder = new TempFolder();
        string data = Data(folder);
        File.WriteAllText(Path.Combine(data, "video_scene_cuts", "spot", "spot-Scene-002-01.jpg"), "no picture");
        AttentionResult report = AttentionJob.Run(data);
        Assert.That((report.Count(HeatmapFate.Made), report.Count(HeatmapFate.Missing), report.Failures),
            Is.EqualTo((MiniDataSet.Scenes - 1L, 1L, 1L)));
        Assert.That(report.Problems.Single(p => p.Breaks).Message, Does.Contain("spot-Scene-002-01.jpg"));
    }

    [Test]
    public void Folder_ThatIsALink_IsNotWrittenThrough()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("Links need rights there.");
        using var folder = new TempFolder();
        string data = Data(folder);
        Directory.CreateDirectory(folder["elsewhere"]);
        Directory.CreateDirectory(Path.Combine(data, "attention_heatmap"));
        Directory.CreateSymbolicLink(Path.Combine(data, "attention_heatmap", "spot"), folder["elsewhere"]);
        AttentionResult report = AttentionJob.Run(data);
        Assert.That(Directory.GetFileSystemEntries(folder["elsewhere"]), Is.Empty);
        Assert.That((report.Count(HeatmapFate.Missing), report.Failures), Is.EqualTo((4L, 2L)),
            "said where it is read and where it would be written");
    }

    /// <summary>Predicted attention says so wherever attention is spoken of; measured attention says that.</summary>
    [Test]
    public void Origin_OfAPrediction_IsInEveryReport()
    {
        using var folder = new TempFolder();
        string data = Data(folder);
        AttentionJob.Run(data, new() { ContactSheets = false });

        ValidationResult validation = ValidationJob.Run(data, folder["valid.csv"], folder["validation.json"]);
        Assert.That(validation.Attention.Text, Does.Contain("7 scenes predicted, not measured").And.Contain("spectral_residual.smoothed"));
        Assert.That(File.ReadLines(folder["valid.csv"]).First().Split(','), Has.Length.EqualTo(7));
        Predicted(folder["validation.json"], j => j.GetProperty("attention_origin"));

        ExperimentResult run = ExperimentJob.Run(data, BundledModels.Tiny, folder["out"], RunInOtherProcess.OptionsFor(data));
        Predicted(folder["out", "validation.json"], j => j.GetProperty("attention_origin"));
        Predicted(run.RunJson, j => j.GetProperty("attention_origin"));
        Predicted(folder["out", "variants_v3", "manifest.json"], j => j.GetProperty("attention_origin"));
        Predicted(folder["out", "variants_v3", "statistics.json"], j => j.GetProperty("full_boost").GetProperty("attention_origin"));
        Predicted(folder["out", "statistics", "statistics.json"], j => j.GetProperty("baseline").GetProperty("attention_origin"));
        Predicted(folder["out", "variants_v3", "spot", "manifest.json"], j => j.GetProperty("attention_origin"), 4);
        Predicted(folder["out", "edited_scenes", "manifest.json"], j => j.GetProperty("attention_origin"));
        Predicted(folder["out", "videos", "manifest.json"], j => j.GetProperty("attention_origin"));
        Predicted(folder["out", "videos", "spot_late_boost.json"], j => j.GetProperty("attention_origin"), 4);
        foreach (string edit in Directory.GetFiles(folder["out", "edited_scenes", "reduction"], "*.json", SearchOption.AllDirectories))
            Assert.That(File.ReadAllText(edit),
                Does.Contain("\"kind\": \"Predicted\"").And.Contain("\"by\": \"spectral_residual.smoothed\""), edit);
        string[] table = File.ReadAllLines(folder["out", "variants_v3", "spot", "placebo", "placebo_scenes.csv"]);
        Assert.That(table[0], Does.EndWith(",attention_origin"));
        Assert.That(table.Skip(1), Has.Exactly(4).EndsWith(",predicted by spectral_residual.smoothed"));
        Assert.That(File.ReadAllText(folder["out", "statistics", "alignment_by_variant.svg"]), Does.Contain("predicted attention"));
        var (terminal, output, _) = TestTerminal.Make();
        Alignment.Runner.Commands.Run.RunTable.Print(run, terminal.Out);
        Assert.That(output.ToString(), Does.Contain("7 scenes predicted, not measured"));
        Assert.That(VariantSet.Open(folder["out"]).AttentionOf("spot").Values.Select(o => o.Word),
            Is.EqualTo(Enumerable.Repeat("predicted", 4)));

        static void Predicted(string file, Func<JsonElement, JsonElement> find, int scenes = 7)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement origin = find(json.RootElement);
            Assert.That((origin.GetProperty("predicted").GetInt32(), origin.GetProperty("measured").GetInt32(),
                origin.GetProperty("provided").GetInt32()), Is.EqualTo((scenes, 0, 0)), file);
        }
    }

    [Test]
    public async Task Command_PrintsAndEndsAsItShould()
    {
        using var folder = new TempFolder();
        string data = Data(folder), gaze = Gaze(folder, data);
        async Task<(int, string, string)> Run(params string[] more)
        {
            var (terminal, output, errors) = TestTerminal.Make();
            return (await RunnerProgram.RunAsync(["attention", "--data", data, .. more], terminal, CancellationToken.None),
                output.ToString(), errors.ToString());
        }
        var (code, _, errors) = await Run("--gaze", folder["none.csv"]);
        Assert.That((code, errors.Contains("none.csv", StringComparison.Ordinal)), Is.EqualTo((2, true)), errors);
        foreach (string[] bad in new[] { ["--sigma", "30em", "--gaze", gaze], ["--normalize", "255"], ["--percentiles", "99,1"],
            ["--frame", "wide", "--gaze", gaze], ["--centre", "2"], ["--smooth", "-1"], ["--video", "nobody"],
                new[] { "--coordinates", "metres" } })
            Assert.That((await Run([.. bad])).Item1, Is.EqualTo(2), bad[0]);
        // Seven scenes, of which three have no scene list: the others are made, and the code says that something is missing.
        (code, string output, errors) = await Run("--gaze", gaze, "--sigma", "5px");
        Assert.That((code, output.Contains("3 of 3 gaze rows", StringComparison.Ordinal),
            output.Contains("4 scenes measured", StringComparison.Ordinal)), Is.EqualTo((3, true, true)), output + errors);
        (code, output, _) = await Run("--gaze", gaze, "--sigma", "5px", "--video", "spot", "--json");
        using var json = JsonDocument.Parse(output);
        Assert.That(json.RootElement.GetProperty("scenes").GetProperty("up_to_date").GetInt32(), Is.EqualTo(4));
        Assert.That(json.RootElement.GetProperty("gaze").GetProperty("rows_used").GetInt32(), Is.EqualTo(3));
    }
}
