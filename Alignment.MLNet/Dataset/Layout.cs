namespace Alignment.MLNet.Dataset;

/// <summary>The names of the folders and files of a data set and of a run: each stands here and nowhere else.</summary>
static class Layout
{
    /// <summary>The data folder itself, where the folder above it was given.</summary>
    public const string Data = "data";

    /// <summary>In the data folder, one folder a video in each.</summary>
    public const string Stills = "video_scene_cuts", Masks = "keyword_masks", Heatmaps = "attention_heatmap";

    /// <summary>In the data folder: reports of scene detection, masks and attention.</summary>
    public const string SceneReports = "scene_reports", MaskReport = "mask_report", AttentionSheets = "attention_sheets";

    /// <summary>In the data folder.</summary>
    public const string Keywords = "keywords.csv", ValidScenes = "valid_scenes.csv";

    /// <summary>Beside a video's stills: the scene list, and what the scenes were cut from.</summary>
    public const string SceneList = "scenes.csv", SceneRecord = "scenes.json";

    /// <summary>Beside a video's heatmaps: what produced each; beside all heatmaps: what became of the gaze file's rows.</summary>
    public const string HeatmapRecord = "attention_origin.json", GazeReport = "gaze.json";

    /// <summary>After a video's id: a scene list of its own, and the truth about a drawn ad.</summary>
    public const string SceneListEnding = ".scenes.csv", TruthEnding = ".truth.json";

    /// <summary>In a run's folder.</summary>
    public const string Variants = "variants_v3", Edited = "edited_scenes", Videos = "videos", ContactSheets = "contact_sheets",
        Statistics = "statistics", Dose = "dose", Analysis = "analysis", Report = "report";

    /// <summary>In a run's folder: what is wrong with the data, the data it was found in, and the whole run.</summary>
    public const string Validation = "validation.json", ValidationRecord = "validation.record.json", Run = "run.json";
}
