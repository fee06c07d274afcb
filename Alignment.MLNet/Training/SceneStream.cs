using Alignment.MLNet.Dataset;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.MLNet.Training;

/// <summary>
/// Decodes scenes one after another, with the very stages an edit is prepared with – so that the ControlNet is trained on the controls it
/// will be given. One scene is in memory at a time, however many there are.
/// </summary>
static class SceneStream
{
    static readonly string[] s_columns =
    [
        SceneColumns.VideoId, SceneColumns.SceneNumber, SceneColumns.Keyword, SceneColumns.Image, SceneColumns.Control, SceneColumns.Mask,
            SceneColumns.Heatmap, SceneColumns.AlignmentScore,
    ];

    /// <summary>The scenes of <paramref name="records"/> at one size, in order, decoded as they are asked for.</summary>
    public static IEnumerable<TrainingScene> Read(IEnumerable<SceneRecord> records, int width, int height)
    {
        var ml = new MLContext(seed: 0);
        IDataView data = ml.Data.LoadFromEnumerable(records);
        var stages = new SizeImageEstimator(new() { Width = width, Height = height })
            .Append(new LoadMapEstimator(new() { Width = width, Height = height }))
            .Append(new NormalizeHeatmapEstimator(new()))
            .Append(new LoadMapEstimator(LoadMapOptions.Mask with { Width = width, Height = height }))
            .Append(new BinarizeMaskEstimator(new()))
            .Append(new ScoreAlignmentEstimator(new()))
            .Append(new BuildControlEstimator(new() { HeatmapColumn = SceneColumns.Heatmap }));
        IDataView view = stages.Fit(data).Transform(data);
        using DataViewRowCursor at = view.GetRowCursor(s_columns.Select(c => view.Schema[c]));
        var video = at.GetGetter<ReadOnlyMemory<char>>(view.Schema[SceneColumns.VideoId]);
        var number = at.GetGetter<int>(view.Schema[SceneColumns.SceneNumber]);
        var keyword = at.GetGetter<ReadOnlyMemory<char>>(view.Schema[SceneColumns.Keyword]);
        var score = at.GetGetter<float>(view.Schema[SceneColumns.AlignmentScore]);
        Func<float[]> image = Floats(SceneColumns.Image), control = Floats(SceneColumns.Control), mask = Floats(SceneColumns.Mask),
            heatmap = Floats(SceneColumns.Heatmap);
        while (at.MoveNext())
        {
            ReadOnlyMemory<char> id = default, product = default;
            int n = 0;
            float aligned = 0;
            video(ref id);
            number(ref n);
            keyword(ref product);
            score(ref aligned);
            yield return new TrainingScene
            {
                SceneId = SceneId.Of(id.ToString(), n),
                Keyword = product.ToString(),
                Image = image(),
                Control = control(),
                Mask = mask(),
                Heatmap = heatmap(),
                Score = aligned,
            };
        }

        Func<float[]> Floats(string column)
        {
            var get = at.GetGetter<VBuffer<float>>(view.Schema[column]);
            return () =>
            {
                VBuffer<float> values = default;   // a buffer of its own for each scene: the batch keeps it
                get(ref values);
                return values.DenseValues().ToArray();
            };
        }
    }
}
