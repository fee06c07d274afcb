using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Video;

/// <summary>One assembled video, as the manifest has it.</summary>
/// <param name="VideoId">The original's id.</param>
/// <param name="Variant">The variant.</param>
/// <param name="File">File name.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Fps">As a fraction: "25" or "30000/1001".</param>
/// <param name="Frames">Exactly the sum of the scenes' frames.</param>
/// <param name="Seconds">Frames ÷ rate.</param>
/// <param name="Durations">Where the scenes' lengths come from: scene_list, equal_share_of_source (an estimate) or fixed.</param>
/// <param name="SceneList">File name of the scene list, or null.</param>
/// <param name="Source">File name of the source video, or null.</param>
/// <param name="Audio">Codec of the audio taken from the source, or null.</param>
/// <param name="Smoothing">"off" or the smoothing's settings.</param>
/// <param name="Scenes">When each scene is shown.</param>
/// <param name="Notes">What a reader should know.</param>
/// <param name="Ffmpeg">ffmpeg's version: the same inputs give the same bytes only with the same ffmpeg.</param>
/// <param name="InputsSha256">Over the pictures, the source and every setting; the video is not made again while it stays.</param>
/// <param name="Sha256">Of the video file.</param>
/// <param name="AttentionOrigin">Where the attention comes from that its scenes were edited by: measured, predicted, or not known; null in notes of earlier versions.</param>
public sealed record AssembledVideo(string VideoId, string Variant, string File, int Width, int Height, string Fps, long Frames, double Seconds,
    string Durations, string? SceneList, string? Source, string? Audio, string Smoothing, IReadOnlyList<TimedScene> Scenes, IReadOnlyList<string> Notes,
    string Ffmpeg, string InputsSha256, string Sha256, ProvenanceCounts? AttentionOrigin = null);

/// <summary>The outcome of assembling.</summary>
/// <param name="Videos">Every video that is there now, by video, then variant.</param>
/// <param name="Made">How many of them were encoded in this run; the others were up to date.</param>
/// <param name="Problems">Videos that could not be made, and why.</param>
public sealed record AssembleResult(IReadOnlyList<AssembledVideo> Videos, int Made, IReadOnlyList<string> Problems)
{
    public int UpToDate => Videos.Count - Made;
}

/// <summary>JSON of assembled videos: one small file beside each video, which also tells a rerun that it is up to date, and one for all.</summary>
static class AssembleManifest
{
    public const string FileName = "manifest.json";

    public static void Write(string path, AssembledVideo video) => AtomicFile.Write(path, s => JsonSerializer.Serialize(s, video, JsonStyle.Page), keepEqual: true);

    public static void WriteAll(string path, IReadOnlyList<AssembledVideo> videos, IReadOnlyList<string> problems)
    {
        // Every variant of a video has the same scenes: they count once.
        ProvenanceCounts attention = videos.DistinctBy(v => v.VideoId, StringComparer.Ordinal).Aggregate(ProvenanceCounts.None, (all, one) => all.With(one.AttentionOrigin ?? ProvenanceCounts.None));
        AtomicFile.Write(path, s => JsonSerializer.Serialize(s, new { Tool = ToolVersion.Name, AttentionOrigin = attention, Videos = videos, Problems = problems }, JsonStyle.Page), keepEqual: true);
    }

    /// <summary>The note beside a video, or null when there is none or it cannot be read (then the video is made again).</summary>
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
