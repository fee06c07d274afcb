using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dataset;

/// <summary>What can be wrong with a scene or with the data around it.</summary>
public enum ProblemKind
{
    /// <summary>There is no keyword mask for the still.</summary>
    MissingMask,
    /// <summary>There is no attention heatmap for the still.</summary>
    MissingHeatmap,
    /// <summary>A file is no picture, is damaged, too large, or may not be read.</summary>
    UnreadableFile,
    /// <summary>A still's file name does not say which scene it is.</summary>
    UnparsableName,
    /// <summary>keywords.csv names no product for the video.</summary>
    NoKeyword,
    /// <summary>Another still has the same scene number.</summary>
    DuplicateScene,
    /// <summary>A video folder's name cannot be an id.</summary>
    UnusableVideoId,
    /// <summary>A link leads out of the data folder.</summary>
    LinkOutside,
    /// <summary>A row of keywords.csv cannot be used.</summary>
    BadKeywordRow,
    /// <summary>Warning: a video is named twice in keywords.csv; the first row counts.</summary>
    RepeatedKeyword,
    /// <summary>Warning (deep only): the mask has no product pixel; the scene's edit is the identity.</summary>
    EmptyMask,
    /// <summary>Warning (deep only): the heatmap is zero everywhere; there is no attention to move.</summary>
    BlankHeatmap,
    /// <summary>Warning: mask or heatmap has another size than the still; it is stretched to it.</summary>
    SizeMismatch,
    /// <summary>Warning: fewer than three scenes, so at least one of the early, middle and late windows is empty.</summary>
    FewScenes,
    /// <summary>Warning: a folder without any still, or a file that is no picture.</summary>
    Ignored,
}

/// <summary>One finding of the validation about a file, of a scene, a video, or neither. The message: found, expected, next step.</summary>
public sealed record SceneProblem(ProblemKind Kind, string? VideoId, int? SceneNumber, string Path, string Message)
{
    /// <summary>True when something is left out because of it; false for a warning.</summary>
    public bool Rejects => Kind < ProblemKind.RepeatedKeyword;

    /// <summary>True where a file or a name is broken, as opposed to a scene that merely lacks a companion: the data are bad, whatever else
    /// is done.</summary>
    [JsonIgnore]
    public bool Breaks => IsBreaking(Kind);

    internal static bool IsBreaking(ProblemKind kind) =>
        kind is ProblemKind.UnreadableFile or ProblemKind.UnusableVideoId or ProblemKind.LinkOutside or ProblemKind.BadKeywordRow;

    // For a row of keywords.csv that has an id but no keyword: the id.
    internal string? WithoutKeyword { get; init; }
}
