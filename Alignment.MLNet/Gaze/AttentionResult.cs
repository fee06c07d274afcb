using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Gaze;

/// <summary>Something that went wrong or is worth knowing.</summary>
/// <param name="VideoId">The video, or null.</param>
/// <param name="SceneNumber">The scene, or null where the whole video is meant.</param>
/// <param name="Message">Found, expected, next step.</param>
/// <param name="Breaks">True for a failure: something is broken or missing. False for a note.</param>
public sealed record AttentionProblem(string? VideoId, int? SceneNumber, string Message, bool Breaks);

/// <summary>What was done with a scene's heatmap.</summary>
public enum HeatmapFate
{
    /// <summary>Written now.</summary>
    Made,

    /// <summary>Written by an earlier call from the same inputs and options.</summary>
    UpToDate,

    /// <summary>Another one was left alone: provided, or of other inputs or options.</summary>
    Kept,

    /// <summary>There is none: the reason is among the problems.</summary>
    Missing,
}

/// <summary>One scene's heatmap.</summary>
/// <param name="VideoId">The video.</param>
/// <param name="SceneNumber">The scene.</param>
/// <param name="Fate">What was done.</param>
/// <param name="Origin">Where the heatmap that is there now comes from: measured, predicted, or provided.</param>
/// <param name="Rows">Measured: gaze rows in it.</param>
/// <param name="Participants">Measured: viewers in it.</param>
/// <param name="Weight">Measured: summed durations in seconds, or the number of rows.</param>
/// <param name="SigmaPixels">Measured: the Gaussian's sigma in pixels of the map.</param>
public sealed record AttentionScene(string VideoId, int SceneNumber, HeatmapFate Fate, ProvenanceKind Origin, long? Rows = null,
    int? Participants = null, double? Weight = null, double? SigmaPixels = null);

/// <summary>The result of <see cref="AttentionJob"/>.</summary>
public sealed record AttentionResult : IJobResult
{
    bool IJobResult.HasFailures => Failures > 0;

    /// <summary>Full path of the folder with the heatmaps.</summary>
    public required string HeatmapFolder { get; init; }

    /// <summary>Videos.</summary>
    public required int Videos { get; init; }

    /// <summary>How many scenes had each fate.</summary>
    public required IReadOnlyDictionary<string, long> Scenes { get; init; }

    /// <summary>Where the heatmaps that are there now come from.</summary>
    public required ProvenanceCounts Attention { get; init; }

    /// <summary>What became of the gaze file's rows; null without a gaze file, or where no map was missing and its report is
    /// gone.</summary>
    public GazeReport? Gaze { get; init; }

    /// <summary>Measured scenes that no gaze row fell into: their maps are zero everywhere.</summary>
    public required long WithoutGaze { get; init; }

    /// <summary>Scene by scene, the first <see cref="MostKept"/>.</summary>
    public required IReadOnlyList<AttentionScene> SceneList { get; init; }

    /// <summary>Failures and notes, the first <see cref="MostKept"/>.</summary>
    public required IReadOnlyList<AttentionProblem> Problems { get; init; }

    /// <summary>Failures in all.</summary>
    public required long Failures { get; init; }

    /// <summary>A sheet for each video: its stills with the attention over them.</summary>
    public required IReadOnlyList<string> ContactSheets { get; init; }

    /// <summary>Longest lists in a result; the counts are always complete.</summary>
    public const int MostKept = 10_000;

    /// <summary>Scenes of one fate.</summary>
    public long Count(HeatmapFate fate) => Scenes.GetValueOrDefault(Name(fate));

    internal static string Name(HeatmapFate fate) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(fate.ToString());
}
