using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Dataset;

// Scenes as a data view: one row a scene, streamed, dealt out to several cursors where they are asked for.
static class SceneView
{
    /// <summary>The columns of <c>valid_scenes.csv</c> over rows that have a scene.</summary>
    public static IEnumerable<RowColumn<TRow>> ColumnsOf<TRow>(Func<TRow, SceneRecord> scene) =>
    [
        RowColumn<TRow>.Text(SceneColumns.VideoId, r => scene(r).VideoId),
        RowColumn<TRow>.Int(SceneColumns.SceneNumber, r => scene(r).SceneNumber),
        RowColumn<TRow>.Text(SceneColumns.Keyword, r => scene(r).Keyword),
        RowColumn<TRow>.Text(SceneColumns.SceneImagePath, r => scene(r).SceneImagePath),
        RowColumn<TRow>.Text(SceneColumns.KeywordMaskPath, r => scene(r).KeywordMaskPath),
        RowColumn<TRow>.Text(SceneColumns.AttentionHeatmapPath, r => scene(r).AttentionHeatmapPath),
        RowColumn<TRow>.Text(SceneColumns.Filename, r => scene(r).Filename),
    ];

    static readonly IReadOnlyList<RowColumn<SceneRecord>> s_columns = [.. ColumnsOf<SceneRecord>(s => s)];

    public static IDataView Of(IEnumerable<SceneRecord> scenes) => new RowsView<SceneRecord>(scenes, s_columns);
}
