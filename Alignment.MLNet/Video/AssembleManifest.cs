using System.Text.Json.Serialization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Video;

/// <summary>One assembled video, as the manifest has it.</summary>
public sealed record AssembledVideo
{
    public required string VideoId { get; init; }

    public required string Variant { get; init; }

    /// <summary>File name.</summary>
    public required string File { get; init; }

    /// <summary>Pixels, like the height.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>As a fraction: "25" or "30000/1001".</summary>
    public required string Fps { get; init; }

    /// <summary>Exactly the sum of the scenes' frames.</summary>
    public required long Frames { get; init; }

    /// <summary>Frames ÷ rate.</summary>
    public required double Seconds { get; init; }

    /// <summary>Where the scenes' lengths come from: scene_list, equal_share_of_source (an estimate) or fixed.</summary>
    public required string Durations { get; init; }

    /// <summary>File name of the scene list, or null.</summary>
    public string? SceneList { get; init; }

    /// <summary>File name of the source video, or null.</summary>
    public string? Source { get; init; }

    /// <summary>Codec of the audio taken from the source, or null.</summary>
    public string? Audio { get; init; }

    /// <summary>"off" or the smoothing's settings.</summary>
    public required string Smoothing { get; init; }

    [JsonInclude]
    internal IReadOnlyList<TimedScene> Scenes { get; init; } = [];

    /// <summary>What a reader should know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>ffmpeg's version: the same inputs give the same bytes only with the same ffmpeg.</summary>
    public required string Ffmpeg { get; init; }

    /// <summary>Over the pictures, the source and every setting; the video is not encoded again while it stays.</summary>
    public required string InputsSha256 { get; init; }

    /// <summary>Of the video file.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Where the attention comes from that its scenes were edited by: measured, predicted, or not known; null in notes of earlier
    /// versions.</summary>
    public ProvenanceCounts? AttentionOrigin { get; init; }
}

/// <summary>Every video that is there now, by video, then variant; how many were encoded in this run; what could not be assembled, and
/// why.</summary>
public sealed record AssembleResult(IReadOnlyList<AssembledVideo> Videos, int Made, IReadOnlyList<string> Problems) : IJobResult
{
    bool IJobResult.HasFailures => Problems.Count > 0;

    public int UpToDate => Videos.Count - Made;
}

/// <summary>JSON of assembled videos: one small file beside each video, which also tells a rerun that it is up to date, and one for
/// all.</summary>
static class AssembleManifest
{
    public const string FileName = "manifest.json";

    public static void Write(string path, AssembledVideo video) =>
        AtomicFile.Write(path, s => JsonSerializer.Serialize(s, video, JsonStyle.Page), keepEqual: true);

    public static void WriteAll(string path, IReadOnlyList<AssembledVideo> videos, IReadOnlyList<string> problems)
    {
        // Every variant of a video has the same scenes: they count once.
        ProvenanceCounts attention = videos.DistinctBy(v => v.VideoId, StringComparer.Ordinal)
            .Aggregate(ProvenanceCounts.None, (all, one) => all.With(one.AttentionOrigin ?? ProvenanceCounts.None));
        AtomicFile.Write(path, s => JsonSerializer.Serialize(s,
            new { Tool = ToolVersion.Name, AttentionOrigin = attention, Videos = videos, Problems = problems }, JsonStyle.Page),
            keepEqual: true);
    }

    public static AssembledVideo? TryRead(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<AssembledVideo>(File.ReadAllBytes(path), JsonStyle.Page) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or NotSupportedException)
        {
            return null;
        }
    }
}
