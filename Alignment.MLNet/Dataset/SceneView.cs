using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;
using Microsoft.ML;

namespace Alignment.MLNet.Dataset;

/// <summary>Scenes as a data view: one row a scene, streamed, dealt out to several cursors where they are asked for.</summary>
static class SceneView
{
    // The columns of valid_scenes.csv.
    public static IReadOnlyList<RowColumn<SceneRecord>> Columns { get; } =
    [
        RowColumn<SceneRecord>.Text(SceneColumns.VideoId, s => s.VideoId),
        RowColumn<SceneRecord>.Int(SceneColumns.SceneNumber, s => s.SceneNumber),
        RowColumn<SceneRecord>.Text(SceneColumns.Keyword, s => s.Keyword),
        RowColumn<SceneRecord>.Text(SceneColumns.SceneImagePath, s => s.SceneImagePath),
        RowColumn<SceneRecord>.Text(SceneColumns.KeywordMaskPath, s => s.KeywordMaskPath),
        RowColumn<SceneRecord>.Text(SceneColumns.AttentionHeatmapPath, s => s.AttentionHeatmapPath),
        RowColumn<SceneRecord>.Text(SceneColumns.Filename, s => s.Filename),
    ];

    public static IDataView Of(IEnumerable<SceneRecord> scenes) => new RowsView<SceneRecord>(scenes, Columns);
}
