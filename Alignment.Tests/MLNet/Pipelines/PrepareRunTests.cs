using System.Text.Json;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Synthetic;
using Alignment.Onnx.Bundles;

namespace Alignment.Tests.MLNet.Pipelines;

/// <summary>From videos to a data set and on to a run, on drawn ads whose truth is known and on the reference footage.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class PrepareRunTests
{
    static readonly AdDrawingOptions s_ad = new()
    {
        Width = 160,
        Height = 96,
        Scenes = 4,
        FramesPerSecond = 12,
        ShortestSceneSeconds = 1,
        LongestSceneSeconds = 1.4
    };

    [Test]
    public void Run_DrawnAds_MakesADataSetWithTheTruesScenes_ThatARunTakes()
    {
        using var folder = new TempFolder();
        IReadOnlyList<DrawnAd> ads = Footage(folder["footage"], count: 2);
        PrepareResult report = PrepareJob.Run(folder["footage"], folder["footage", "keywords.csv"], ModelBundle.Open(BundledModels.Tiny),
            folder["data"]);
        Assert.That(report.Scenes.Problems, Is.Empty);
        foreach (DrawnAd ad in ads)
            Assert.That(Starts(folder["data"], ad.Options.VideoId), Is.EqualTo(ad.Scenes.Select(s => (long)s.StartFrame)),
                ad.Options.VideoId);
        Assert.That(report.Validation.ValidScenes, Is.EqualTo(ads.Sum(a => a.Scenes.Count)));
        Assert.That(report.Validation.Rejections, Is.Zero);
        Assert.That(report.HasFailures, Is.False);
        Assert.That(report.Attention.Attention.Text, Does.Contain("predicted"));
        Assert.That(File.ReadAllText(Path.Combine(report.AuditFolder, "audit.html")), Does.Contain(ads[0].Options.VideoId));

        ExperimentResult run = ExperimentJob.Run(folder["data"], BundledModels.Tiny, folder["out"],
            new() { Width = 64, Height = 64, SourceFolders = [folder["footage"]], Edit = new() { InferenceSteps = 2 } });
        Assert.That(run.Assemble.Videos, Has.Count.EqualTo(7 * ads.Count));
    }

    [Test]
    public void Run_Again_ChangesNothing()
    {
        using var folder = new TempFolder();
        Footage(folder["footage"], count: 1);
        ModelBundle model = ModelBundle.Open(BundledModels.Tiny);
        PrepareJob.Run(folder["footage"], folder["footage", "keywords.csv"], model, folder["data"]);
        Dictionary<string, byte[]> first = Files(folder["data"]);
        PrepareResult again = PrepareJob.Run(folder["footage"], folder["footage", "keywords.csv"], model, folder["data"]);
        Assert.That((again.Scenes.Made, again.Masks.Made, again.Attention.Count(HeatmapFate.Made)), Is.EqualTo((0, 0L, 0L)));
        Dictionary<string, byte[]> second = Files(folder["data"]);
        Assert.That(second.Keys, Is.EquivalentTo(first.Keys));
        Assert.That(second.Where(f => !f.Value.AsSpan().SequenceEqual(first[f.Key])).Select(f => f.Key), Is.Empty);
    }

    [Test]
    public void Run_OtherKeywordsThereAlready_AreNotReplaced()
    {
        using var folder = new TempFolder();
        Footage(folder["footage"], count: 1);
        Directory.CreateDirectory(folder["data"]);
        File.WriteAllText(folder["data", "keywords.csv"], "_id,keyword_list[0]\nmine,shoe\n");
        Assert.That(() => PrepareJob.Run(folder["footage"], folder["footage", "keywords.csv"], ModelBundle.Open(BundledModels.Tiny),
            folder["data"]),
            Throws.TypeOf<UsageException>().With.Message.Contains("other keywords"));
        Assert.That(File.ReadAllText(folder["data", "keywords.csv"]), Does.Contain("mine,shoe"));
        Assert.That(Directory.Exists(folder["data", "video_scene_cuts"]), Is.False);
    }

    [Test]
    public void Run_ReferenceFootage_FindsItsScenesAtTheirFrames()
    {
        string media = Shared.Path("media");
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["videos"]);
        foreach (string name in new[] { "apple_ad", "bottle_ad" })
            File.Copy(Path.Combine(media, name + ".mp4"), folder["videos", name + ".mp4"]);
        PrepareResult report = PrepareJob.Run(folder["videos"], Path.Combine(media, "dataset", "keywords.csv"),
            ModelBundle.Open(BundledModels.Tiny), folder["data"],
            new() { Attention = new() { GazeFile = Shared.Path("fixtures", "gaze", "fixations.csv") } });
        foreach (string name in new[] { "apple_ad", "bottle_ad" })
        {
            using var truth = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(media, name + ".truth.json")));
            Assert.That(Starts(folder["data"], name), Is.EqualTo(truth.RootElement.GetProperty("scene_start_frames").EnumerateArray()
                .Select(e => e.GetInt64())), name);
        }
        Assert.That(report.Validation.ValidScenes, Is.EqualTo(11));
        Assert.That(report.Attention.Attention.Text, Does.Contain("measured"));
    }

    /// <summary>Drawn ads as videos, with their keywords.</summary>
    static IReadOnlyList<DrawnAd> Footage(string folder, int count)
    {
        using var scratch = new TempFolder();
        IReadOnlyList<DrawnAd> drawn = DrawnDataSet.Write(scratch["data"], AdDrawing.Set(count, s_ad));
        Directory.CreateDirectory(folder);
        File.Copy(scratch["data", "keywords.csv"], Path.Combine(folder, "keywords.csv"));
        foreach (DrawnAd ad in drawn)
            VideoWriter.Write(Path.Combine(folder, ad.Options.VideoId + ".mp4"),
                new(ad.Options.Width, ad.Options.Height, new(ad.Options.FramesPerSecond), ad.Frames),
                (frame, rgb) => ad.Render((int)frame, rgb));
        return drawn;
    }

    static IEnumerable<long> Starts(string data, string id) =>
        File.ReadLines(Path.Combine(data, "video_scene_cuts", id, "scenes.csv")).Skip(1)
        .Select(l => long.Parse(l.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture));

    static Dictionary<string, byte[]> Files(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllBytes);
}
