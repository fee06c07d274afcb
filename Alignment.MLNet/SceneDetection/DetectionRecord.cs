using System.Globalization;
using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.SceneDetection;

/// <summary>One picture that was taken.</summary>
/// <param name="Scene">Number of its scene.</param>
/// <param name="Image">Its number within the scene, from 1.</param>
/// <param name="Frame">The decoded frame it is, counted from 0.</param>
/// <param name="File">File name.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record TakenStill(int Scene, int Image, long Frame, string File, long Bytes);

/// <summary>
/// <c>scenes.json</c> beside the stills: what they were made from and how. It says which folders are ours, and whether a rerun has
/// anything to do. The same inputs give the same bytes.
/// </summary>
/// <param name="Version">Of this record.</param>
/// <param name="Video">File name of the video.</param>
/// <param name="VideoSha256">Of its bytes.</param>
/// <param name="Options">The options that matter, as text.</param>
/// <param name="Frames">Frames decoded.</param>
/// <param name="Fps">Nominal rate.</param>
/// <param name="VariableRate">True where frame times are irregular.</param>
/// <param name="Seconds">Length.</param>
/// <param name="Cuts">Where scenes begin, the first left out.</param>
/// <param name="Stills">Every picture.</param>
/// <param name="Notes">What a reader should know.</param>
/// <param name="Problem">Why not all scenes could be found, or null.</param>
public sealed record DetectionRecord(string Version, string Video, string VideoSha256, string Options, long Frames, string Fps, bool VariableRate, double Seconds,
    IReadOnlyList<SceneCut> Cuts, IReadOnlyList<TakenStill> Stills, IReadOnlyList<string> Notes, string? Problem)
{
    /// <summary>Its name in the folder of stills.</summary>
    public const string FileName = Layout.SceneRecord;

    internal const string ThisVersion = "scenes/1";

    const long MostBytes = 256 << 20;

    /// <summary>The options on which the outputs depend.</summary>
    internal static string Describe(SceneDetectionOptions o) => string.Create(CultureInfo.InvariantCulture,
        $"detector={o.Detector} min-scene={o.MinSceneSeconds} content={o.ContentThreshold} adaptive={o.AdaptiveThreshold},{o.AdaptiveLeast} fade={o.FadeThreshold} histogram={o.HistogramThreshold} images={o.Images} quality={o.JpegQuality} stats={o.Stats} strip={o.Strip}");

    /// <summary>The record of a folder, or null where there is none or it cannot be read.</summary>
    internal static DetectionRecord? TryRead(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        if (!file.Exists || file.Length > MostBytes) return null;
        try
        {
            using var stream = file.OpenRead();
            return JsonSerializer.Deserialize<DetectionRecord>(stream, JsonStyle.SnakeRecord) is { Version: ThisVersion, Cuts: not null, Stills: not null, Notes: not null } record ? record : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    internal void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, JsonStyle.SnakeRecord));
}
