using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Dose;

/// <summary>
/// The dose of a run:
/// <code>
/// dose/dose.json              the report (<see cref="DoseReport"/>)
/// dose/dose.csv               one line a scene, variant and predictor (<see cref="SceneDose"/>)
/// dose/dose_by_video.csv      one line a video, variant and predictor
/// dose/dose_by_variant.csv    one line a variant and predictor: what a dose-response analysis joins
/// dose/*.svg, *.png           plots
/// dose/scenes/{video_id}/{scene_id}.json    what was measured of a scene: a rerun measures only what changed
/// </code>
/// </summary>
sealed class DoseFolder(string root)
{
    public const string Name = Layout.Dose, JsonFile = "dose.json", CsvFile = "dose.csv", ByVideoFile = "dose_by_video.csv",
        ByVariantFile = "dose_by_variant.csv";

    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    public string Json => Path.Combine(Root, JsonFile);

    public string Csv => Path.Combine(Root, CsvFile);

    public string ByVideo => Path.Combine(Root, ByVideoFile);

    public string ByVariant => Path.Combine(Root, ByVariantFile);

    public string Scene(string videoId, string sceneId) => SafePath.Under(Root, "scenes", videoId, sceneId + ".json");
}
