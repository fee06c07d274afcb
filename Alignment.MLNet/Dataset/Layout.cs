namespace Alignment.MLNet.Dataset;

/// <summary>The names of the folders and files of a data set and of a run: each stands here and nowhere else.</summary>
static class Layout
{
    /// <summary>In the data folder: stills, masks and heatmaps, one folder a video in each; strips and score tables of the scene detection.</summary>
    public const string Stills = "video_scene_cuts", Masks = "keyword_masks", Heatmaps = "attention_heatmap", SceneReports = "scene_reports";

    /// <summary>Beside a video's stills: the scene list, and what the scenes were cut from.</summary>
    public const string SceneList = "scenes.csv", SceneRecord = "scenes.json";

    /// <summary>In a run's folder.</summary>
    public const string Variants = "variants_v3", Edited = "edited_scenes", Videos = "videos", ContactSheets = "contact_sheets",
        Statistics = "statistics", Dose = "dose", Analysis = "analysis", Report = "report";
}
