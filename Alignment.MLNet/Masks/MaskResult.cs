using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Masks;

/// <summary>Where a scene's mask comes from.</summary>
enum MaskOrigin
{
    /// <summary>Written by this run.</summary>
    Made,

    /// <summary>Written by an earlier run from the same still with the same model and settings.</summary>
    UpToDate,

    /// <summary>Provided, drawn by hand, or of other settings; left alone.</summary>
    Existing,
}

/// <summary>
/// One mask in numbers: its area is a share of the picture, 0 … 1; <see cref="NeighbourIou"/> is the intersection over union with the mask
/// of the scene before it, 1 where both are empty, null for a video's first.
/// </summary>
sealed record MaskRow(string VideoId, int SceneNumber, string Keyword, MaskOrigin Origin, double Area, bool Empty, bool Full,
    int Components, double? NeighbourIou, string MaskPath);

/// <summary>The result of <see cref="MaskJob"/>.</summary>
/// <param name="DataFolder">Full path of the data.</param>
/// <param name="ReportFolder">Full path of the folder with <c>masks.csv</c>, <c>masks.json</c> and the sheets.</param>
/// <param name="ModelHash">Identifies the CLIPSeg.</param>
/// <param name="Threshold">Probabilities above it are product.</param>
/// <param name="Prompts">By keyword, the prompts given to the model.</param>
/// <param name="Videos">With at least one still.</param>
/// <param name="Scenes">Stills.</param>
/// <param name="Made">Masks written now.</param>
/// <param name="UpToDate">Masks of an earlier run with the same model and settings.</param>
/// <param name="Existing">Other masks, left alone.</param>
/// <param name="Empty">Masks without product.</param>
/// <param name="Full">Masks of nothing but product.</param>
/// <param name="MeanArea">Of all masks.</param>
/// <param name="Sheets">Full paths of the contact sheets.</param>
/// <param name="Problems">What could not be used.</param>
public sealed record MaskResult(string DataFolder, string ReportFolder, string ModelHash, float Threshold,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Prompts, int Videos, long Scenes,
    long Made, long UpToDate, long Existing, long Empty, long Full, double MeanArea, IReadOnlyList<string> Sheets,
    IReadOnlyList<SceneProblem> Problems) : IJobResult
{
    /// <summary>True when a scene was left out, or a file could not be used.</summary>
    public bool HasFailures => Problems.Any(p => p.Rejects && p.Kind is not (ProblemKind.MissingMask or ProblemKind.MissingHeatmap));
}
