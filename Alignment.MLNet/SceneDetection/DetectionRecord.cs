using System.Globalization;
using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.SceneDetection;

/// <remarks>
/// <paramref name="Image"/>: its number within the scene, from 1.
/// <paramref name="Frame"/>: the decoded frame it is, counted from 0.
/// </remarks>
sealed record TakenStill(int Scene, int Image, long Frame, string File, long Bytes);

/// <summary>
/// <c>scenes.json</c> beside the stills: what they were taken from and how. It says which folders are ours, and whether a rerun has
/// anything to do. The same inputs give the same bytes.
/// </summary>
sealed record DetectionRecord
{
    public required string Version { get; init; }

    public required string Video { get; init; }

    public required string VideoSha256 { get; init; }

    public required string Options { get; init; }

    public required long Frames { get; init; }

    public required string Fps { get; init; }

    /// <summary>True where frame times are irregular.</summary>
    public required bool VariableRate { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Where scenes begin, the first left out.</summary>
    public required IReadOnlyList<SceneCut> Cuts { get; init; }

    public required IReadOnlyList<TakenStill> Stills { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Why not all scenes could be found, or null.</summary>
    public string? Problem { get; init; }

    /// <summary>Its name in the folder of stills.</summary>
    public const string FileName = Layout.SceneRecord;

    internal const string ThisVersion = "scenes/1";

    const long MostBytes = 256 << 20;

    /// <summary>The options on which the outputs depend.</summary>
    internal static string Describe(SceneDetectionOptions o) => string.Create(CultureInfo.InvariantCulture,
        $"detector={o.Detector} min-scene={o.MinSceneSeconds} content={o.ContentThreshold} "
        + $"adaptive={o.AdaptiveThreshold},{o.AdaptiveLeast} fade={o.FadeThreshold} histogram={o.HistogramThreshold} images={o.Images} "
        + $"quality={o.JpegQuality} stats={o.Stats} strip={o.Strip}");

    /// <summary>The record of a folder, or null where there is none or it cannot be read.</summary>
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
