using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Dataset;

/// <summary>One valid scene: a row of <c>valid_scenes.csv</c> and of the scene data view
/// (<c>ml.Data.LoadFromEnumerable(ValidScenesCsv.Read(path))</c>).</summary>
public sealed class SceneRecord
{
    /// <summary>The video's id; may contain dashes, dots, spaces, unicode.</summary>
    [ColumnName(SceneColumns.VideoId)]
    public string VideoId { get; set; } = "";

    /// <summary>The scene's number in the file names, from 0; may have gaps.</summary>
    [ColumnName(SceneColumns.SceneNumber)]
    public int SceneNumber { get; set; }

    /// <summary>The product, as the prompt names it.</summary>
    [ColumnName(SceneColumns.Keyword)]
    public string Keyword { get; set; } = "";

    /// <summary>Full path of the scene still.</summary>
    [ColumnName(SceneColumns.SceneImagePath)]
    public string SceneImagePath { get; set; } = "";

    /// <summary>Full path of the keyword mask.</summary>
    [ColumnName(SceneColumns.KeywordMaskPath)]
    public string KeywordMaskPath { get; set; } = "";

    /// <summary>Full path of the attention heatmap.</summary>
    [ColumnName(SceneColumns.AttentionHeatmapPath)]
    public string AttentionHeatmapPath { get; set; } = "";

    /// <summary>File name of the scene still.</summary>
    [ColumnName(SceneColumns.Filename)]
    public string Filename { get; set; } = "";

    /// <summary>The scene's id, <c>{video_id}-Scene-{n:000}</c>: unique in a data set, and what its random numbers are keyed by.</summary>
    [NoColumn]
    public string SceneId => IdOf(VideoId, SceneNumber);

    /// <summary>The id of scene <paramref name="sceneNumber"/> of <paramref name="videoId"/>.</summary>
    public static string IdOf(string videoId, int sceneNumber) => Alignment.Transforms.Stages.SceneId.Of(videoId, sceneNumber);
}
