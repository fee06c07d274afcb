using System.Text.Json.Serialization;

namespace Alignment.MLNet.Dataset;

/// <summary>How a data set is validated.</summary>
public sealed record ValidationOptions
{
    /// <summary>Decodes every picture. Without it only headers and the files' ends are read: damage inside, <see
    /// cref="ProblemKind.EmptyMask"/> and <see cref="ProblemKind.BlankHeatmap"/> are not found.</summary>
    public bool Deep { get; init; }

    /// <summary>Most problems kept in <see cref="ValidationResult.Problems"/>; the counts and the JSON file have all.</summary>
    public int MostProblemsKept { get; init; } = 1000;

    /// <summary>A mask pixel above this is product.</summary>
    public float MaskThreshold { get; init; } = 0.5f;
}

/// <summary>Full path of the folder with <c>video_scene_cuts</c>; video folders, and those with a valid scene; stills that name a scene,
/// and those with everything they need: the rows of valid_scenes.csv; the first <see cref="ValidationOptions.MostProblemsKept"/> problems,
/// and how often each kind occurred; whether pixels were looked at.</summary>
public sealed record ValidationResult(
    string DataFolder, int Videos, int ValidVideos, long Scenes, long ValidScenes,
    IReadOnlyList<SceneProblem> Problems, IReadOnlyDictionary<ProblemKind, long> Counts, bool Deep) : IJobResult
{
    bool IJobResult.HasFailures => IsBroken;

    /// <summary>Where the valid scenes' heatmaps come from: measured, predicted, or not known.</summary>
    public ProvenanceCounts Attention { get; init; } = ProvenanceCounts.None;

    /// <summary>A file or a name is broken (<see cref="SceneProblem.Breaks"/>).</summary>
    [JsonIgnore]
    public bool IsBroken => Counts.Keys.Any(SceneProblem.IsBreaking);

    /// <summary>Findings that left something out.</summary>
    public long Rejections => Counts.Where(c => new SceneProblem(c.Key, null, null, "", "").Rejects).Sum(c => c.Value);

    /// <summary>Findings that did not.</summary>
    public long Warnings => Counts.Sum(c => c.Value) - Rejections;
}
