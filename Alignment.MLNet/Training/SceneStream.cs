using Alignment.MLNet.Dataset;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Training;

/// <summary>Decodes scenes one after another, one in memory at a time, with the very stages an edit is prepared with, so that the
/// ControlNet is trained on the controls it will be given.</summary>
static class SceneStream
{
    public static IEnumerable<TrainingScene> Read(IEnumerable<SceneRecord> records, int width, int height) =>
        Read(View(records, width, height));

    public static IDataView View(IEnumerable<SceneRecord> records, int width, int height)
    {
        IDataView data = SceneView.Of(records);
        return new SizeImageEstimator(new() { Width = width, Height = height })
            .Append(new LoadMapEstimator(new() { Width = width, Height = height }))
            .Append(new NormalizeHeatmapEstimator(new()))
            .Append(new LoadMapEstimator(LoadMapOptions.Mask with { Width = width, Height = height }))
            .Append(new BinarizeMaskEstimator(new()))
            .Append(new BuildControlEstimator(new() { HeatmapColumn = SceneColumns.Heatmap }))
            .Fit(data).Transform(data);
    }

    // The rows of such a view; their edits where a stage after it makes them.
    public static IEnumerable<TrainingScene> Read(IDataView view)
    {
        bool isEdited = view.Schema.GetColumnOrNull(SceneColumns.Edited) is not null;
        string[] columns =
        [
            SceneColumns.VideoId, SceneColumns.SceneNumber, SceneColumns.Keyword, SceneColumns.Image, SceneColumns.Control,
            SceneColumns.Mask, SceneColumns.Heatmap, .. isEdited ? [SceneColumns.Edited] : Array.Empty<string>(),
        ];
        using DataViewRowCursor at = view.GetRowCursor(columns.Select(c => view.Schema[c]));
        var row = new RowReader(at);
        var (video, number, keyword) = (row.Text(SceneColumns.VideoId), row.Value<int>(SceneColumns.SceneNumber),
            row.Text(SceneColumns.Keyword));
        ReadFloats image = row.Floats(SceneColumns.Image), control = row.Floats(SceneColumns.Control), mask = row.Floats(SceneColumns.Mask),
            heatmap = row.Floats(SceneColumns.Heatmap);
        ReadFloats? edited = isEdited ? row.Floats(SceneColumns.Edited) : null;
        while (at.MoveNext())
            yield return new(SceneId.Of(video(), number()), keyword(), image().ToArray(), control().ToArray(), mask().ToArray(),
                heatmap().ToArray(), edited is null ? [] : edited().ToArray());
    }
}
