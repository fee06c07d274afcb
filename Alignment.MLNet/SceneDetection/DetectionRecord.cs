using Alignment.MLNet.Dataset;
using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.SceneDetection;

// The image counts from 1 within its scene, the frame from 0.
sealed record TakenStill(int Scene, int Image, long Frame, string File, long Bytes);

/// <summary><c>scenes.json</c> beside the stills: what they were taken from and how, whether a rerun has anything to do. Equal inputs give
/// equal bytes.</summary>
sealed record DetectionRecord
{
    public required string Version { get; init; }

    public required string Video { get; init; }

    public required string VideoSha256 { get; init; }

    public required string Options { get; init; }

    public required long Frames { get; init; }

    public required string Fps { get; init; }

    public required bool VariableRate { get; init; }

    public required double Seconds { get; init; }

    // Where scenes begin, the first left out.
    public required IReadOnlyList<SceneCut> Cuts { get; init; }

    public required IReadOnlyList<TakenStill> Stills { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public string? Problem { get; init; }

    public const string FileName = Layout.SceneRecord;

    internal const string ThisVersion = "scenes/1";

    const long MostBytes = 256 << 20;

    internal static string Describe(SceneDetectionOptions o) =>
        Invariant($"detector={o.Detector} min-scene={o.MinSceneSeconds} content={o.ContentThreshold} "
        + $"adaptive={o.AdaptiveThreshold},{o.AdaptiveLeast} fade={o.FadeThreshold} histogram={o.HistogramThreshold} images={o.Images} "
        + $"quality={o.JpegQuality} stats={o.Stats} strip={o.Strip}");

    internal static DetectionRecord? TryRead(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        if (!file.Exists || file.Length > MostBytes) return null;
        try
        {
            using var stream = file.OpenRead();
            return JsonSerializer.Deserialize<DetectionRecord>(stream, JsonStyle.SnakeRecord) is
            {
                Version: ThisVersion, Cuts: not null,
                Stills: not null, Notes: not null
            } record ? record : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    internal void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName),
        stream => JsonSerializer.Serialize(stream, this, JsonStyle.SnakeRecord));
}
