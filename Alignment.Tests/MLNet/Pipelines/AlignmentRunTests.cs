using Alignment.MLNet;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Tests.MLNet.Editing;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.MLNet.Pipelines;

[Parallelizable(ParallelScope.Self)]
public sealed class AlignmentRunTests
{
    static ExperimentResult Run(string data, string output, ExperimentOptions? options = null) =>
        ExperimentJob.Run(data, BundledModels.Tiny, output, options ?? RunInOtherProcess.OptionsFor(data));

    [Test]
    public void WholeJob_OnASmallDataSet_MakesSevenVideosOfEachAd()
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]);
        ExperimentResult result = Run(data, temp["out"]);

        Assert.That(result.HasFailures, Is.False, string.Join('\n', result.Problems));
        Assert.That(result.Edit.Counts, Is.EqualTo(new EditCounts
        {
            Scenes = MiniDataSet.Scenes,
            Outputs = 7 * MiniDataSet.Scenes,
            DistinctControls = MiniDataSet.DistinctControls,
            Edits = MiniDataSet.DistinctControls,
            Copied = 7 * MiniDataSet.Scenes - MiniDataSet.DistinctControls,
            NothingToEdit = 1,
            Failed = 0,
        }));
        Assert.That(result.Edit.EditsMade, Is.EqualTo(result.Variants.DistinctControls), "one edit for each distinct control");
        string[] videos = [.. Directory.GetFiles(result.VideosFolder, "*.mp4").Select(f => Path.GetFileNameWithoutExtension(f))];
        Assert.That(videos, Is.EquivalentTo(Variant.Names.SelectMany(v => new[] { "spot_" + v, "ad-2 é_" + v })));
        foreach (string file in Directory.GetFiles(result.VideosFolder, "*.mp4"))
            Assert.That(VideoProbe.Read(file, FfmpegTools.Find()).Frames,
                Is.EqualTo(Path.GetFileName(file).StartsWith("spot", StringComparison.Ordinal) ? 20 : 15), "0.2 s at 25 fps a scene");
        Assert.That(result.ContactSheets.Select(f => Path.GetFileName(f)), Is.EqualTo(new[] { "ad-2 é.png", "spot.png" }));
        Assert.That(result.StatisticsFiles.Concat([result.RunJson, result.ValidScenes, result.ValidationJson]),
            Has.All.Matches<string>(File.Exists));

        Assert.That(Directory.GetFiles(result.AnalysisFolder!).Select(f => Path.GetFileName(f)),
            Is.SupersetOf(new[] { "analysis.json", "analysis.csv" }));
        Assert.That(result.Analysis!.Rows, Is.EqualTo(MiniDataSet.EngagementRows));

        SceneRecord[] scenes = [.. ValidScenesCsv.Read(result.ValidScenes)];
        int changed = EditedProof.Check(new EditedFolder(temp["out"]), Variant.Names,
            scenes.Select(s => (s.VideoId, s.SceneId, s.SceneImagePath)));
        Assert.That(changed, Is.GreaterThan(0));
        PlaceboAndBaseline_DifferOnlyWhereTheyShould(new EditedFolder(temp["out"]));
        SecondRun_FindsEverythingDone(data, temp["out"], result);
    }

    /// <summary>A boost outside its window, and any variant of a scene without product, is the baseline's very picture; the placebo is
    /// not.</summary>
    static void PlaceboAndBaseline_DifferOnlyWhereTheyShould(EditedFolder folder)
    {
        byte[] Of(string variant, int scene) => File.ReadAllBytes(folder.Png(variant, "spot", SceneRecord.IdOf("spot", scene)));
        for (int scene = 1; scene <= 4; scene++)
        {
            // Windows of four scenes: floor(3 i / 4) = 0, 0, 1, 2.
            int window = new[] { 0, 0, 1, 2 }[scene - 1];
            Assert.That(Of("early_boost", scene), window == 0 ? Is.Not.EqualTo(Of("baseline", scene)) : Is.EqualTo(Of("baseline", scene)));
            Assert.That(Of("reduction", scene), window == 1 ? Is.Not.EqualTo(Of("baseline", scene)) : Is.EqualTo(Of("baseline", scene)));
            Assert.That(Of("late_boost", scene), window == 2 ? Is.EqualTo(Of("full_boost", scene)) : Is.EqualTo(Of("baseline", scene)));
            Assert.That(Of("full_boost", scene), Is.Not.EqualTo(Of("baseline", scene)));
            Assert.That(Of("placebo", scene), Is.Not.EqualTo(Of("baseline", scene)));
        }
        foreach (string variant in Variant.Names)
            Assert.That(File.ReadAllBytes(folder.Png(variant, "ad-2 é", "ad-2 é-Scene-002")),
                Is.EqualTo(File.ReadAllBytes(folder.Png("baseline", "ad-2 é", "ad-2 é-Scene-002"))));
    }

    static void SecondRun_FindsEverythingDone(string data, string output, ExperimentResult first)
    {
        var before = Snapshot.Of(output);
        var times = Snapshot.Times(output);
        ExperimentResult second = Run(data, output);
        Assert.That(second.AlreadyDone, string.Join(", ", second.Steps));
        Assert.That(second.Steps.Select(s => (s.Name, s.Items)), Is.EqualTo(first.Steps.Select(s => (s.Name, s.Items))));
        Assert.That(second.Problems, Is.EqualTo(first.Problems));
        Assert.That(Snapshot.Of(output), Is.EqualTo(before));
        var changed = Snapshot.Times(output).Where(t => times[t.Key] != t.Value).Select(t => t.Key);
        Assert.That(changed, Is.EqualTo(new[] { RunLock.FileName }));
    }

    static readonly object[] s_refused =
    [
        new object[] { new ExperimentOptions { Width = 64, Height = 64, Edit = new() { InferenceSteps = 1001 } }, 2 },
        new object[] { new ExperimentOptions { Width = 64, Height = 64, Assemble = new() { SceneSeconds = 0 } }, 2 },
        new object[] { new ExperimentOptions { Width = 64, Height = 64, Assemble = new() { Crf = 52 } }, 2 },
        new object[] { new ExperimentOptions { Width = 64, Height = 64, Edit = new() { Device = new(DeviceKind.DirectMl) } }, 4 },
    ];

    [TestCaseSource(nameof(s_refused))]
    public void OptionOfALaterStep_OutOfRange_IsRefusedBeforeAnythingIsWritten(ExperimentOptions options, int exitCode)
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]);
        var refused = Assert.Catch<AlignmentException>(() => ExperimentJob.Run(data, BundledModels.Tiny, temp["out"], options));
        Assert.That(refused!.ExitCode, Is.EqualTo(exitCode));
        Assert.That(Directory.Exists(temp["out"]), Is.False);
    }

    [Test]
    public void OneStepAlone_WhileARunIsAtWork_IsRetryable()
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]),
            still = Directory.GetFiles(Path.Combine(data, "video_scene_cuts", "spot")).Order(StringComparer.Ordinal).First();
        Directory.CreateDirectory(temp["edited", "baseline", "spot"]);
        File.Copy(still, temp["edited", "baseline", "spot", "spot-Scene-001.png"]);
        using (RunLock.Take(temp["out"]))
        {
            Assert.That(() => VariantJob.Run(data, temp["out"], new() { Width = 32, Height = 32 }), Throws.TypeOf<RetryableException>());
            Assert.That(() => AssembleJob.Run(temp["edited"], temp["out"]), Throws.TypeOf<RetryableException>());
        }
        Assert.That(VariantJob.Run(data, temp["out"], new() { Width = 32, Height = 32 }).Made, Is.EqualTo(2));
    }

    [Test]
    [Platform("Linux,MacOsX", Reason = "Links need no rights there.")]
    public void DataFingerprint_LinkThatLeadsOut_IsNotFollowed()
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]);
        string before = DataFingerprint.Of(SceneFolder.Open(data), data, null, default);
        Directory.CreateDirectory(temp["outside"]);
        File.WriteAllText(temp["outside", "secret.png"], "1");
        Directory.CreateSymbolicLink(Path.Combine(data, "video_scene_cuts", "link"), temp["outside"]);
        File.CreateSymbolicLink(Path.Combine(data, "video_scene_cuts", "spot", "link.png"), temp["outside", "secret.png"]);
        Assert.That(DataFingerprint.Of(SceneFolder.Open(data), data, null, default), Is.EqualTo(before));
    }

    [Test]
    public void Model_WithAFlippedByte_IsRefusedBeforeAnythingIsEdited()
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]), unet = temp["model", "unet.onnx"];
        foreach (string file in Directory.GetFiles(BundledModels.Tiny, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(temp["model"], Path.GetRelativePath(BundledModels.Tiny, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        byte[] bytes = File.ReadAllBytes(unet);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(unet, bytes);

        Assert.That(() => ExperimentJob.Run(data, temp["model"], temp["out"], RunInOtherProcess.OptionsFor(data)),
            Throws.TypeOf<BadDataException>().With.Message.Contains("unet.onnx"));
        Assert.That(Directory.Exists(temp["out", "videos"]), Is.False);
    }

    [Test]
    public void Output_IsAFile_IsRefused()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["out"], "mine");
        Assert.That(() => Run(MiniDataSet.Write(temp["data"]), temp["out"]),
            Throws.TypeOf<UsageException>().With.Message.Contains("a file"));
        Assert.That(File.ReadAllText(temp["out"]), Is.EqualTo("mine"));
    }

    [Test]
    public void KilledRun_Continued_EndsWithTheBytesOfAnUninterruptedOne()
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]), output = temp["out"];
        Run(data, output);
        var whole = Snapshot.Of(output);
        Directory.Delete(output, recursive: true);

        const int seed = 20261122;
        var random = new Random(seed);
        foreach (var (stage, done) in new[] { ("making variants", 2), ("making variants", 6), ("checking edits", 4), ("editing scenes", 1),
            ("editing scenes", 3), ("editing scenes", 8), ("assembling videos", 2), ("assembling videos", 5), ("predicting attention", 2),
            ("predicting attention", 5) })
        {
            var moment = TimeSpan.FromMilliseconds(random.Next(60));
            Assert.That(LedProcess.KillAt([RunInOtherProcess.Switch, data, output], (s, d) => s == stage && d >= done, moment),
                $"seed {seed}: no report of '{stage} {done}'");
        }
        ExperimentResult result = Run(data, output);

        Assert.That(Snapshot.Of(output), Is.EqualTo(whole), $"seed {seed}");
        Assert.That(result.HasFailures, Is.False);
    }

    /// <summary>The chain that a run makes for itself, saved, loaded by a process that has never seen it, and written there.</summary>
    [Test]
    public void SavedChain_WrittenByAnotherProcess_GivesTheRunsFiles()
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]), output = temp["out"], saved = temp["experiment.zip"];
        Run(data, output);
        var whole = Snapshot.Of(output);
        Directory.Delete(output, recursive: true);

        var ml = new MLContext(seed: 1);
        IDataView scenes = ml.Alignment.LoadScenes(data);
        ml.Model.Save(ml.Alignment.Experiment(BundledModels.Tiny, RunInOtherProcess.OptionsFor(data)).Fit(scenes), scenes.Schema, saved);
        RunInOtherProcess.Start(data, saved, output);

        Assert.That(Snapshot.Of(output), Is.EqualTo(whole));
    }

    /// <summary>ML.NET's own stages take the edited pictures.</summary>
    [Test]
    public void Chain_WithAStockImageStageBehindIt_GivesResizedPixels()
    {
        using var temp = new TempFolder();
        var ml = new MLContext(seed: 1);
        IDataView scenes = ml.Data.TakeRows(ml.Alignment.LoadScenes(MiniDataSet.Write(temp["data"])), 2);
        var chain = ml.Alignment.Experiment(BundledModels.Tiny, RunInOtherProcess.OptionsFor(temp["data"]))
            .Append(ml.Transforms.ResizeImages("small", 8, 6, SceneColumns.EditedImage))
            .Append(ml.Transforms.ExtractPixels("pixels", "small"));
        float[][] pixels = [.. chain.Fit(scenes).Transform(scenes).GetColumn<float[]>("pixels")];
        Assert.That(pixels, Has.Length.EqualTo(2 * Variant.All.Count));
        Assert.That(pixels, Has.All.Length.EqualTo(3 * 8 * 6).And.All.Some.GreaterThan(0));
    }

    [Test]
    public void HostileInputs_AreReported_AndTheRestIsDone()
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]);
        string stills = Path.Combine(data, "video_scene_cuts", "spot"), masks = Path.Combine(data, "keyword_masks", "spot"),
            maps = Path.Combine(data, "attention_heatmap", "spot");
        // A truncated JPEG, text named .png, an empty file.
        string still = Path.Combine(stills, "spot-Scene-001-01.jpg");
        File.WriteAllBytes(still, File.ReadAllBytes(still).AsSpan(0, 900));
        File.WriteAllText(Path.Combine(masks, "scene_2.png"), "this is no picture");
        File.WriteAllBytes(Path.Combine(maps, "spot-Scene-003.jpg"), []);
        // A PNG that claims 30000x30000 pixels.
        Directory.CreateDirectory(Path.Combine(data, "video_scene_cuts", "huge"));
        File.WriteAllBytes(Path.Combine(data, "video_scene_cuts", "huge", "huge-Scene-001-01.png"),
            Convert.FromHexString("89504E470D0A1A0A0000000D4948445200007530000075300802000000" + "00000000"));
        foreach (string other in new[] { "keyword_masks/huge/scene_1.png", "attention_heatmap/huge/huge-Scene-001.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(data, other))!);
            File.Copy(Path.Combine(data, "keyword_masks", "ad-2 é", "scene_1.png"), Path.Combine(data, other));
        }
        // An id that climbs out, a cell with NUL, a cell of a megabyte.
        File.AppendAllText(Path.Combine(data, "keywords.csv"),
            "huge,thing\n../../x,thing\na\0b,thing\nlong," + new string('x', 1 << 20) + "\n");

        ExperimentResult result = Run(data, temp["deep", "out"]);

        Assert.That(result.HasFailures, "the program ends with exit code 3");
        string said = string.Join('\n', result.Problems.Where(p => p.Breaks));
        Assert.That(said, Does.Contain("spot-Scene-001").And.Contain("spot-Scene-002").And.Contain("spot-Scene-003").And.Contain(
            "huge-Scene-001").And.Contain("../../x"));
        Assert.That(said.Length, Is.LessThan(20_000), "a megabyte is not repeated to the user");
        Assert.That(result.Edit.Counts.Scenes, Is.EqualTo(4), "spot's last and the other video's three");
        Assert.That(result.Assemble.Videos, Has.Count.EqualTo(14));
        Assert.That(Directory.GetFileSystemEntries(temp.Path).Select(f => Path.GetFileName(f)), Is.EquivalentTo(new[] { "data", "deep" }),
            "nothing is written outside");
        Assert.That(Directory.GetFileSystemEntries(temp["deep"]).Select(f => Path.GetFileName(f)), Is.EqualTo(new[] { "out" }));
    }

    [Test]
    public void SecondRunAtATime_IsRefused_AndADeadOnesLockIsTakenOver()
    {
        using var temp = new TempFolder();
        using (RunLock.Take(temp["out"]))
            Assert.That(() => Run(MiniDataSet.Write(temp["data"]), temp["out"]),
            Throws.TypeOf<RetryableException>().With.Message.Contains("another run"));
        File.WriteAllText(temp["out", RunLock.FileName], "999999\n");   // what a killed process leaves
        Assert.That(() => RunLock.Take(temp["out"]).Dispose(), Throws.Nothing);
    }

    [TestCase("")]
    [TestCase("video_scene_cuts/spot")]
    [TestCase("keyword_masks/new")]
    public void OutputThatIsReadAsData_IsRefused(string inside)
    {
        using var temp = new TempFolder();
        string data = MiniDataSet.Write(temp["data"]);
        var before = Snapshot.Of(data);
        Assert.That(() => Run(data, Path.Combine(data, inside)), Throws.TypeOf<UsageException>());
        Assert.That(Snapshot.Of(data), Is.EqualTo(before));
    }

    [Test]
    public void SmallDisk_IsNamed_WithNeedAndHave() =>
        Assert.That(() => DiskSpace.Check("out", 3L << 30, _ => 100L << 20),
        Throws.TypeOf<RetryableException>().With.Message.Contains("100 MiB").And.Message.Contains("3.1 GiB"));

    [Test]
    public void RealFootage_GivesFourteenVideosWithTheirFrames()
    {
        string data = Shared.Path("media", "dataset");
        using var temp = new TempFolder();
        ExperimentResult result = Run(data, temp["out"],
            RunInOtherProcess.OptionsFor(data) with { Width = 64, Height = 64, Edit = new() { InferenceSteps = 2 }, Assemble = new() });

        Assert.That(result.HasFailures, Is.False, string.Join('\n', result.Problems));
        Assert.That(result.Edit.Counts.Edits, Is.EqualTo(result.Edit.Counts.DistinctControls));
        Assert.That(result.Assemble.Videos, Has.Count.EqualTo(14));
        foreach (AssembledVideo video in result.Assemble.Videos)
        {
            VideoInfo source = VideoProbe.Read(Shared.Path("media", video.VideoId + ".mp4"), FfmpegTools.Find());
            VideoInfo made = VideoProbe.Read(Path.Combine(result.VideosFolder, video.File), FfmpegTools.Find());
            Assert.That((made.Frames, made.Fps, made.DisplayWidth, made.DisplayHeight),
                Is.EqualTo((source.Frames, source.Fps, source.DisplayWidth, source.DisplayHeight)), video.File);
        }
        SceneRecord[] scenes = [.. ValidScenesCsv.Read(result.ValidScenes)];
        EditedProof.Check(new EditedFolder(temp["out"]), Variant.Names, scenes.Select(s => (s.VideoId, s.SceneId, s.SceneImagePath)));
    }

    [Test, Explicit("A minute of work: the issue's own size, timed; ALIGNMENT_TEST_OUT keeps the outputs.")]
    public void RealFootage_At128PixelsAnd10Steps_Timed()
    {
        string data = Shared.Path("media", "dataset");
        using var temp = new TempFolder();
        string output = Environment.GetEnvironmentVariable("ALIGNMENT_TEST_OUT") ?? temp["out"];
        var options = new ExperimentOptions { Width = 128, Height = 128, Edit = new() { InferenceSteps = 10 } };
        for (int run = 0; run < 2; run++)
        {
            long started = TimeProvider.System.GetTimestamp();
            ExperimentResult result = ExperimentJob.Run(data, BundledModels.Tiny, output, options, new Timed(TestContext.Out));
            double seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            TestContext.Out.WriteLine(FormattableString.Invariant(
                $"run {run + 1}: {seconds:0.0} s, {result.Edit.Counts}, made {result.Edit.EditsMade}"));
            Assert.That(result.HasFailures, Is.False);
        }
    }

    /// <summary>Prints when each stage began.</summary>
    sealed class Timed(TextWriter to) : IProgress<WorkProgress>
    {
        readonly long _started = TimeProvider.System.GetTimestamp();
        string _stage = "";

        public void Report(WorkProgress value)
        {
            if (value.Stage == _stage) return;
            _stage = value.Stage;
            to.WriteLine(FormattableString.Invariant($"{TimeProvider.System.GetElapsedTime(_started).TotalSeconds,6:0.0} s {value.Stage}"));
        }
    }
}
