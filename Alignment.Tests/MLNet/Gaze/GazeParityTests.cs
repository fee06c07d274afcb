using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Gaze;
using Alignment.Tests.Transforms.Diffusion;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Gaze;

/// <summary>Against SciPy's maps of the same rows, and against the reference's own counting of what is dropped.</summary>
public sealed class GazeParityTests
{
    // The 16-bit files' own rounding is 7.6e-6; the fixture allows 1e-5 for the map itself.
    const double MapTolerance = 1e-5 + 0.5 / 65535;

    [TestCase("fixations")]
    [TestCase("samples")]
    public void Run_FixtureGaze_GivesTheReferencesCountsAndMaps(string name)
    {
        using var folder = new TempFolder();
        string data = AdsWithoutHeatmaps(folder);
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("fixtures", "gaze", name + ".expected.json")));
        var maps = new SafetensorsFile(Shared.Path("fixtures", "gaze", name + ".heatmaps.safetensors"));

        AttentionResult report = AttentionJob.Run(data, new() { GazeFile = Shared.Path("fixtures", "gaze", name + ".csv") });

        GazeReport gaze = report.Gaze!;
        Assert.That(report.Problems, Is.Empty);
        Assert.That((gaze.Rows, gaze.RowsUsed),
            Is.EqualTo((expected.RootElement.GetProperty("rows").GetInt64(), expected.RootElement.GetProperty("rows_used").GetInt64())));
        JsonElement lines = expected.RootElement.GetProperty("dropped_csv_lines"), dropped = expected.RootElement.GetProperty("dropped");
        foreach (JsonProperty reason in dropped.EnumerateObject())
        {
            bool has = gaze.Dropped.TryGetValue(reason.Name, out GazeDropped? found);
            Assert.That(has ? found!.Count : 0, Is.EqualTo(reason.Value.GetInt64()), reason.Name);
            if (lines.TryGetProperty(reason.Name, out JsonElement at))
                Assert.That(found!.Lines, Is.EqualTo(at.EnumerateArray().Select(l => l.GetInt64())), reason.Name);
        }
        Assert.That(gaze.Dropped.Sum(d => d.Value.Count), Is.EqualTo(gaze.Rows - gaze.RowsUsed));

        int scenes = 0;
        foreach (JsonElement scene in expected.RootElement.GetProperty("scenes").EnumerateArray())
        {
            string video = scene.GetProperty("video_id").GetString()!;
            int number = scene.GetProperty("scene_number").GetInt32();
            AttentionScene made = report.SceneList.Single(s => s.VideoId == video && s.SceneNumber == number);
            Assert.That((made.Rows, made.Participants, made.Fate, made.Origin),
                Is.EqualTo(((long?)scene.GetProperty("rows_used").GetInt64(), (int?)scene.GetProperty("participants").GetInt32(),
                HeatmapFate.Made, ProvenanceKind.Measured)));
            Assert.That(made.Weight, Is.EqualTo(scene.GetProperty("weight").GetDouble()).Within(1e-9));

            string file = Path.Combine(data, "attention_heatmap", video, FormattableString.Invariant($"{video}-Scene-{number:000}.png"));
            Assert.That(PictureFile.ReadHeader(file), Is.EqualTo(new PictureHeader(640, 360, PictureFormat.Png, 1, 16)));
            float[] map = PictureFile.ReadGrey(file).Values,
                reference = maps.Floats(FormattableString.Invariant($"{video}.scene_{number}"));
            double worst = 0;
            for (int y = 0; y < 90; y++)
                for (int x = 0; x < 160; x++) worst = Math.Max(worst, Math.Abs((double)map[4 * y * 640 + 4 * x] - reference[y * 160 + x]));
            Assert.That(worst, Is.LessThanOrEqualTo(MapTolerance), $"{video} {number}");
            // Rounding to 16 bits can move the sum of all pixels by half a step each at most; on average by nothing.
            double sum = scene.GetProperty("map_sum").GetDouble();
            Assert.That(map.Sum(v => (double)v), Is.EqualTo(sum).Within(1e-4 * sum), $"{video} {number}");
            if (scene.GetProperty("peak_x").ValueKind == JsonValueKind.Null) Assert.That(map, Is.All.Zero);
            else
            {
                int peak = Array.IndexOf(map, 1f);
                Assert.That(Math.Abs(peak % 640 - scene.GetProperty("peak_x").GetInt32()), Is.LessThanOrEqualTo(1));
                Assert.That(Math.Abs(peak / 640 - scene.GetProperty("peak_y").GetInt32()), Is.LessThanOrEqualTo(1));
            }
            scenes++;
        }
        Assert.That((scenes, report.Count(HeatmapFate.Made), report.WithoutGaze),
            Is.EqualTo((11, 11L, (long)report.SceneList.Count(s => s.Rows == 0))));
    }

    [Test]
    public void Run_Again_ReadsAndWritesNothing()
    {
        using var folder = new TempFolder();
        string data = AdsWithoutHeatmaps(folder), gaze = Shared.Path("fixtures", "gaze", "fixations.csv");
        AttentionResult first = AttentionJob.Run(data, new() { GazeFile = gaze });
        var before = Snapshot(data);
        AttentionResult again = AttentionJob.Run(data, new() { GazeFile = gaze });
        Assert.That(Snapshot(data), Is.EqualTo(before));
        Assert.That((again.Count(HeatmapFate.UpToDate), again.Count(HeatmapFate.Made)), Is.EqualTo((11L, 0L)));
        Assert.That(again.Gaze!.RowsUsed, Is.EqualTo(first.Gaze!.RowsUsed));
        Assert.That(again.SceneList.Select(s => (s.Rows, s.Participants, s.Weight)),
            Is.EqualTo(first.SceneList.Select(s => (s.Rows, s.Participants, s.Weight))));
        Assert.That(again.Attention, Is.EqualTo(first.Attention).Using<ProvenanceCounts>((a, b) => a.Text == b.Text));
    }

    internal static Dictionary<string, (DateTime, long)> Snapshot(string data) =>
        new DirectoryInfo(data).EnumerateFiles("*", SearchOption.AllDirectories).Where(f => f.Name != ".alignment.lock")
        .ToDictionary(f => f.FullName, f => (f.LastWriteTimeUtc, f.Length));

    /// <summary>The two ads' stills with their scene lists, as a data set without heatmaps.</summary>
    internal static string AdsWithoutHeatmaps(TempFolder folder)
    {
        string from = Shared.Path("media", "dataset", "video_scene_cuts");
        foreach (string video in Directory.GetDirectories(from))
        {
            string to = folder["data", "video_scene_cuts", Path.GetFileName(video)];
            Directory.CreateDirectory(to);
            foreach (string still in Directory.GetFiles(video)) File.Copy(still, Path.Combine(to, Path.GetFileName(still)));
        }
        foreach (string ad in new[] { "apple_ad", "bottle_ad" })
            File.Copy(Shared.Path("media", ad + ".truth.json"), folder["data", ad + ".truth.json"]);
        foreach (string made in Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories))
            File.SetAttributes(made, FileAttributes.Normal);
        return folder["data"];
    }
}
