using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Masks;

// Where a scene's mask comes from.
enum MaskOrigin
{
    // Written by this run.
    Made,

    // Written by an earlier run from the same still with the same model and settings.
    UpToDate,

    // Provided, drawn by hand, or of other settings; left alone.
    Existing,
}

/// <summary>One mask in numbers: its area is a share of the picture, 0 … 1; <see cref="NeighbourIou"/> is the intersection over union with
/// the mask of the scene before it, 1 where both are empty, null for a video's first.</summary>
sealed record MaskRow(string VideoId, int SceneNumber, string Keyword, MaskOrigin Origin, double Area, bool Empty, bool Full,
    int Components, double? NeighbourIou, string MaskPath);

/// <summary>Full paths of the data and of the folder with <c>masks.csv</c>, <c>masks.json</c> and the sheets; the CLIPSeg's hash and
/// threshold; the prompts by keyword; how many videos and stills there are, how many masks were made now, are up to date, or are others
/// left alone, and how many are empty or nothing but product; the mean of their areas; the sheets; what could not be used.</summary>
public sealed record MaskResult(string DataFolder, string ReportFolder, string ModelHash, float Threshold,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Prompts, int Videos, long Scenes,
    long Made, long UpToDate, long Existing, long Empty, long Full, double MeanArea, IReadOnlyList<string> Sheets,
    IReadOnlyList<SceneProblem> Problems) : IJobResult
{
    /// <summary>True when a scene was left out, or a file could not be used.</summary>
    public bool HasFailures => Problems.Any(p => p.Rejects && p.Kind is not (ProblemKind.MissingMask or ProblemKind.MissingHeatmap));
}
