using System.Globalization;
using System.Text.Json;

namespace Alignment.Tests.MLNet.SceneDetection;

/// <summary>One video of the reference material with what PySceneDetect finds in it and where its cuts truly are.</summary>
sealed record SceneCutsFixture(string Video, string Path, double FrameRate, long Frames, long[] TrueCuts, (long From, long To)? Gradual,
    IReadOnlyDictionary<string, long[]> DetectorCuts, string[] Csv)
{
    public static readonly string[] Names = ["apple_ad.mp4", "bottle_ad.mp4", "fade_black.mp4", "dissolve.mp4", "flash.mp4", "fast_pan.mp4",
        "variable_rate.mp4", "lossless_rgb.mp4"];

    public static SceneCutsFixture Read(string video)
    {
        using var all = JsonDocument.Parse(File.ReadAllText(Shared.Path("fixtures", "scene-cuts", "expected.json")));
        var entry = all.RootElement.EnumerateArray().Single(v => v.GetProperty("video").GetString() == video);
        var truth = entry.GetProperty("truth");
        (long, long)? gradual = truth.TryGetProperty("dissolve", out var d) ? (d[0].GetInt64(), d[1].GetInt64())
            : truth.TryGetProperty("fade_out", out var o) ? (o[0].GetInt64(), truth.GetProperty("fade_in")[1].GetInt64()) : null;
        return new(video, video.Contains("_ad", StringComparison.Ordinal) ? Shared.Path("media", video)
            : Shared.Path("fixtures", "scene-cuts", video),
            entry.GetProperty("frame_rate").GetDouble(), entry.GetProperty("frames").GetInt64(), Longs(truth.GetProperty("cut_frames")),
            gradual,
            entry.GetProperty("detectors").EnumerateObject().ToDictionary(p => p.Name, p => Longs(p.Value.GetProperty("cut_frames"))),
            File.ReadAllLines(Shared.Path("fixtures", "scene-cuts", System.IO.Path.ChangeExtension(video, ".csv"))));
    }

    public override string ToString() => Video;

    internal static double? Cell(string text) => text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture);

    static long[] Longs(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt64())];
}
