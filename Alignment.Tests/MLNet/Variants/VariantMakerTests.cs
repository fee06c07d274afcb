using System.Security.Cryptography;
using System.Text.Json;
using Alignment.MLNet;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Variants;
using Alignment.Tests.MLNet.Dataset;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.MLNet.Variants;

public sealed class VariantMakerTests
{
    static readonly VariantOptions s_small = new() { Width = 24, Height = 16, Seed = 5 };

    sealed class Modified
    {
        [ColumnName(SceneColumns.HeatmapModified)]
        public float[] Map { get; set; } = [];
    }

    [Test]
    public void Run_ThreeThirds_MakesTheTreeAndTheCounts()
    {
        using TempFolder temp = new();
        using TempFolder made = new();
        new SmallDataSet(temp.Path).Video("a b", 6);
        VariantResult report = VariantJob.Run(temp.Path, made.Path, s_small);

        // 6 scenes: 2 early, 2 middle, 2 late. full_boost is the union of the three windows, so it adds no control.
        Assert.That(report.Variants.Select(v => (v.Key, v.Value.Modified, v.Value.DistinctControls)), Is.EqualTo(new[]
        {
            ("baseline", 0, 6), ("early_boost", 2, 2), ("middle_boost", 2, 2), ("late_boost", 2, 2), ("full_boost", 6, 0),
                ("reduction", 2, 2), ("placebo", 6, 6),
        }));
        Assert.That((report.DistinctControls, report.Scenes, report.PartialPlacebos), Is.EqualTo((20, 6, 0)), "about 3.3 N instead of 7 N");
        string folder = made["variants_v3", "a b"];
        foreach (string variant in Variant.Names)
        {
            Assert.That(File.Exists(Path.Combine(folder, variant, "attention_heatmap", "a b-Scene-006.jpg")), variant);
            Assert.That(File.Exists(Path.Combine(folder, variant, $"{variant}_scenes.csv")), variant);
        }

        VariantSet set = VariantSet.Open(made.Path);
        IReadOnlyList<VariantScene>[] scenes = [.. set.Video("a b")];
        Assert.That(scenes.SelectMany(s => s.Select(v => v.ControlHash)).Distinct().Count(), Is.LessThanOrEqualTo(20));
        foreach (IReadOnlyList<VariantScene> scene in scenes)
        {
            float[] baseline = set.ReadMap(scene[0]);
            Assert.That(scene.Select(s => s.Variant), Is.EqualTo(Variant.All));
            foreach (VariantScene v in scene)
            {
                float[] map = set.ReadMap(v);
                Assert.That(v.Modified, Is.EqualTo(!map.AsSpan().SequenceEqual(baseline)));
                if (!v.Modified) Assert.That(v.AttentionMapPath, Is.EqualTo(scene[0].AttentionMapPath), "no copy of what the baseline has");
                Assert.That(map.Sum(x => (double)x), Is.EqualTo(baseline.Sum(x => (double)x)).Within(1e-6 * baseline.Sum(x => (double)x)),
                    "the total is kept");
                int moved = v.ShareAfter - v.ShareBefore is var d && Math.Abs(d) < 1e-6 ? 0 : Math.Sign(d);
                Assert.That(moved, Is.EqualTo(!v.Modified || v.Variant == Variant.Placebo ? 0 : v.Variant == Variant.Named("reduction") ? -1
                    : 1), v.Variant.Name);
            }
        }
    }

    [Test]
    public void Run_AnyVariant_EqualsTheCatalogsStage()
    {
        using TempFolder temp = new();
        new SmallDataSet(temp.Path).Video("v", 3);
        VariantOptions options = s_small with { BoostAlpha = 1.7, ReductionAlpha = 0.3, Seed = 9 };
        VariantJob.Run(temp.Path, temp["out"], options);
        VariantSet set = VariantSet.Open(temp["out"]);

        var ml = new MLContext(seed: 1);
        IDataView rows = ml.Data.LoadFromEnumerable(ValidationJob.Scenes(temp.Path));
        foreach (Variant variant in Variant.All)
        {
            var pipeline = ml.Alignment.LoadMap(new() { Width = 24, Height = 16 }).Append(ml.Alignment.NormalizeHeatmap())
                .Append(ml.Alignment.LoadMap(Alignment.Transforms.Stages.LoadMapOptions.Mask with { Width = 24, Height = 16 }))
                .Append(ml.Alignment.BinarizeMask())
                .Append(ml.Alignment.AssignTemporalWindow())
                .Append(ml.Alignment.ModifyAttention(new Alignment.Transforms.Stages.ModifyAttentionOptions
                {
                    Variant = variant.Name,
                    BoostAlpha = 1.7,
                    ReductionAlpha = 0.3,
                    Seed = 9
                }));
            float[][] staged = [.. ml.Data.CreateEnumerable<Modified>(pipeline.Fit(rows).Transform(rows), false).Select(m => m.Map)];
            float[][] files = [.. set.Video("v").Select(s => set.ReadMap(s[variant.Position]))];
            Assert.That(files, Is.EqualTo(staged), variant.Name);
        }
    }

    [Test]
    public void Run_Again_FindsEverythingDoneAndOtherOptionsRedoIt()
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path).Video("a", 3).Video("b", 4);
        VariantJob.Run(temp.Path, temp["out"], s_small);
        var first = Hashes(temp["out"]);

        Assert.That(VariantJob.Run(temp.Path, temp["out"], s_small).Made, Is.Zero);
        Assert.That(Hashes(temp["out"]), Is.EqualTo(first));

        Assert.That(VariantJob.Run(temp.Path, temp["out"], s_small with { BoostAlpha = 2 }).Made, Is.EqualTo(2));
        Assert.That(Hashes(temp["out"]), Is.Not.EqualTo(first));
        Assert.That(VariantJob.Run(temp.Path, temp["out"], s_small).Made, Is.EqualTo(2));
        Assert.That(Hashes(temp["out"]), Is.EqualTo(first), "bytes depend on inputs and options only");

        // A changed input redoes its video alone; a scene that is gone takes its files with it.
        data.Heatmap("attention_heatmap/b/b-Scene-002.jpg", blank: true);
        File.Delete(data["video_scene_cuts/b/b-Scene-004-01.jpg"]);
        Assert.That(VariantJob.Run(temp.Path, temp["out"], s_small).Made, Is.EqualTo(1));
        Assert.That(Directory.GetFiles(temp["out"], "b-Scene-004*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public void Run_InterruptedInTheMiddle_ContinuesToTheSameBytes()
    {
        using TempFolder temp = new();
        new SmallDataSet(temp.Path).Video("a", 3).Video("b", 4);
        VariantJob.Run(temp.Path, temp["whole"], s_small);
        using var stop = new CancellationTokenSource();
        var progress = new Immediate(p => { if (p.Done == 5) stop.Cancel(); });
        Assert.Catch<OperationCanceledException>(() => VariantJob.Run(temp.Path, temp["cut"], s_small, progress, stop.Token));
        File.WriteAllText(temp["cut", "variants_v3", "b", "placebo", "attention_heatmap", "b-Scene-003.jpg.partial"], "half");
        Assert.That(VariantJob.Run(temp.Path, temp["cut"], s_small).Made, Is.EqualTo(1), "a was done");
        Assert.That(Hashes(temp["cut"]), Is.EqualTo(Hashes(temp["whole"])));
    }

    [Test]
    public void Run_SceneWithoutProduct_IsTheSameUnderEveryVariant()
    {
        using TempFolder temp = new();
        new SmallDataSet(temp.Path).Video("v", 3).Mask("keyword_masks/v/scene_2.png", empty: true);
        VariantResult report = VariantJob.Run(temp.Path, temp["out"], s_small);
        Assert.That(report.ScenesWithoutProduct, Is.EqualTo(1));
        Assert.That(VariantSet.Open(temp["out"]).Video("v").ElementAt(1).Select(s => s.ControlHash).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Run_DamagedPicture_LeavesTheOtherVideosUnharmed()
    {
        using TempFolder temp = new();
        var data = new SmallDataSet(temp.Path).Video("a", 3).Video("b", 3);
        byte[] png = File.ReadAllBytes(data["keyword_masks/a/scene_2.png"]);
        png[45] ^= 0xFF;   // inside the compressed pixels: the header does not tell
        data.Bytes("keyword_masks/a/scene_2.png", png);
        VariantResult report = VariantJob.Run(temp.Path, temp["out"], s_small);
        Assert.That(report.Failed.Single().VideoId, Is.EqualTo("a"));
        Assert.That(report.Failed.Single().Message, Does.Contain("scene_2.png"));
        Assert.That(VariantSet.Open(temp["out"]).VideoIds, Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void Run_VideosChosen_AreTheOnlyOnes()
    {
        using TempFolder temp = new();
        new SmallDataSet(temp.Path).Video("a", 2).Video("b", 3).Video("c", 3);
        VariantResult report = VariantJob.Run(temp.Path, temp["out"], s_small with { Videos = ["c", "a"] });
        Assert.That(VariantSet.Open(temp["out"]).VideoIds, Is.EqualTo(new[] { "a", "c" }));
        Assert.That(report.ShortVideos, Is.EqualTo(new[] { "a" }));
        Assert.That(VariantJob.Run(temp.Path, temp["two"], s_small with { MaxVideos = 2 }).Videos, Is.EqualTo(2));
        Assert.That(Assert.Throws<UsageException>(() => VariantJob.Run(temp.Path, temp["x"], s_small with { Videos = ["nope"] }))!.Message,
            Does.Contain("a, b, c"));
    }

    [TestCase(double.NaN, 512)]
    [TestCase(-1, 512)]
    [TestCase(1.5, 0)]
    public void Run_OptionOutOfRange_IsAUsageError(double alpha, int width) =>
        Assert.Throws<UsageException>(() => VariantJob.Run("nowhere", "nowhere", new() { BoostAlpha = alpha, Width = width }));

    [Test]
    public void Statistics_OfOneVideo_AreWhatTheTablesSay()
    {
        using TempFolder temp = new();
        new SmallDataSet(temp.Path).Video("v", 3);
        VariantJob.Run(temp.Path, temp["out"], s_small);
        using var json = JsonDocument.Parse(File.ReadAllBytes(temp["out", "variants_v3", "v", "statistics.json"]));
        JsonElement boost = json.RootElement.GetProperty("late_boost");
        double[] profile = [.. boost.GetProperty("temporal_profile").EnumerateArray().Select(v => v.GetDouble())];
        double[] rows = [.. VariantSet.Open(temp["out"]).Video("v").Select(s => s[Variant.Named("late_boost").Position].AlignmentAfter)];
        Assert.That(profile, Is.EqualTo(rows));
        Assert.That(boost.GetProperty("alignment").GetProperty("max").GetDouble(), Is.EqualTo(rows.Max()));
        Assert.That(boost.GetProperty("window_means").GetProperty("late").GetDouble(), Is.EqualTo(rows[2]));
    }

    [Test]
    public void Open_NothingThere_SaysWhatToRun()
    {
        using TempFolder temp = new();
        Assert.That(Assert.Throws<BadDataException>(() => VariantSet.Open(temp.Path))!.Message, Does.Contain("alignment variants"));
    }

    [Test]
    public void Run_RealFootage_KeepsThePromises()
    {
        using TempFolder temp = new();
        VariantResult report = VariantJob.Run(Shared.Path("media", "dataset"), temp.Path, new() { Width = 128, Height = 72 });
        Assert.That((report.Videos, report.Scenes, report.Failed.Count), Is.EqualTo((2, 11, 0)));
        TestContext.Out.WriteLine($"{report.DistinctControls} controls, {report.PartialPlacebos} partial placebos");
    }

    /// <summary>Name and hash of every file but the tables, which hold full paths.</summary>
    static string[] Hashes(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".csv", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
            .Select(f => Path.GetRelativePath(folder, f) + " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))))];

    sealed class Immediate(Action<WorkProgress> told) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => told(value);
    }
}
