namespace Alignment.MLNet.Dataset;

// The names of the folders and files of a data set and of a run: each stands here and nowhere else.
static class Layout
{
    // The data folder itself, where the folder above it was given.
    public const string Data = "data";

    // In the data folder, one folder a video in each.
    public const string Stills = "video_scene_cuts", Masks = "keyword_masks", Heatmaps = "attention_heatmap";

    // In the data folder: reports of scene detection, masks and attention.
    public const string SceneReports = "scene_reports", MaskReport = "mask_report", AttentionSheets = "attention_sheets";

    // In the data folder.
    public const string Keywords = "keywords.csv", ValidScenes = "valid_scenes.csv";

    // Beside a video's stills: the scene list, and what the scenes were cut from.
    public const string SceneList = "scenes.csv", SceneRecord = "scenes.json";

    // Beside a video's heatmaps: what produced each; beside all heatmaps: what became of the gaze file's rows.
    public const string HeatmapRecord = "attention_origin.json", GazeReport = "gaze.json";

    // After a video's id: a scene list of its own, and the truth about a drawn ad.
    public const string SceneListEnding = ".scenes.csv", TruthEnding = ".truth.json";

    // In a run's folder.
    public const string Variants = "variants_v3", Edited = "edited_scenes", Videos = "videos", ContactSheets = "contact_sheets",
        Statistics = "statistics", Dose = "dose", Analysis = "analysis", Report = "report";

    // In a run's folder: what is wrong with the data, the data it was found in, and the whole run.
    public const string Validation = "validation.json", ValidationRecord = "validation.record.json", Run = "run.json";
}
