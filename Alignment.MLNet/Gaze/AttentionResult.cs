using System.Text.Json.Serialization;
using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Gaze;

/// <summary>A failure, or a note (it breaks nothing): found, expected, next step; of a scene, or of a whole video.</summary>
public sealed record AttentionProblem(string? VideoId, int? SceneNumber, string Message, bool Breaks);

// What was done with a scene's heatmap.
enum HeatmapFate
{
    // Written now.
    Made,

    // Written by an earlier call from the same inputs and options.
    UpToDate,

    // Another one was left alone: provided, or of other inputs or options.
    Kept,

    // There is none: the reason is among the problems.
    Missing,
}

// The heatmap that a scene has now; where it is measured, its gaze rows, viewers, summed seconds (or rows) and sigma.
sealed record AttentionScene(string VideoId, int SceneNumber, HeatmapFate Fate, ProvenanceKind Origin, long? Rows = null,
    int? Participants = null, double? Weight = null, double? SigmaPixels = null);

/// <summary>The result of <see cref="AttentionJob"/>.</summary>
public sealed record AttentionResult : IJobResult
{
    bool IJobResult.HasFailures => Failures > 0;

    /// <summary>Full path of the folder with the heatmaps.</summary>
    public required string HeatmapFolder { get; init; }

    public required int Videos { get; init; }

    /// <summary>How many scenes had each fate.</summary>
    public required IReadOnlyDictionary<string, long> Scenes { get; init; }

    /// <summary>Where the heatmaps that are there now come from.</summary>
    public required ProvenanceCounts Attention { get; init; }

    // What became of the gaze file's rows; null without a gaze file, or where no map was missing and its report is gone.
    [JsonInclude]
    internal GazeReport? Gaze { get; init; }

    /// <summary>Measured scenes that no gaze row fell into: their maps are zero everywhere.</summary>
    public required long WithoutGaze { get; init; }

    // Scene by scene, the first MostKept.
    [JsonInclude]
    internal IReadOnlyList<AttentionScene> SceneList { get; init; } = [];

    /// <summary>Failures and notes, the first <see cref="MostKept"/>.</summary>
    public required IReadOnlyList<AttentionProblem> Problems { get; init; }

    /// <summary>Failures in all.</summary>
    public required long Failures { get; init; }

    /// <summary>A sheet for each video: its stills with the attention over them.</summary>
    public required IReadOnlyList<string> ContactSheets { get; init; }

    /// <summary>Longest lists in a result; the counts are always complete.</summary>
    public const int MostKept = 10_000;

    internal long Count(HeatmapFate fate) => Scenes.GetValueOrDefault(Name(fate));

    internal static string Name(HeatmapFate fate) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(fate.ToString());
}
