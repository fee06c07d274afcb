using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Masks;

// A still that is to have a mask: a row of the view.
sealed record MaskScene(MaskVideo Video, Dataset.SceneFiles Files);

sealed class MaskVideo(string id, string keyword, MaskSheet sheet)
{
    public string Id => id;

    public string Keyword => keyword;

    public MaskSheet Sheet => sheet;

    // The mask of the scene before the one at hand; null where it has none.
    public MaskStatistics? Before { get; set; }
}

/// <summary>The columns of <see cref="MaskKeywordEstimator"/> in the row at hand. Each is computed when it is read, so that a mask that is
/// there costs no model.</summary>
sealed class MaskColumns : IDisposable
{
    readonly DataViewRowCursor _cursor;
    readonly ValueGetter<int> _width, _height;
    readonly ValueGetter<double> _similarity;
    readonly ValueGetter<VBuffer<float>> _probability, _mask;
    VBuffer<float> _probabilities, _masks;

    MaskColumns(DataViewRowCursor cursor)
    {
        _cursor = cursor;
        (_width, _height) = (cursor.GetGetter<int>(cursor.Schema[SceneColumns.StillWidth]),
            cursor.GetGetter<int>(cursor.Schema[SceneColumns.StillHeight]));
        _similarity = cursor.GetGetter<double>(cursor.Schema[SceneColumns.MaskSimilarity]);
        _probability = cursor.GetGetter<VBuffer<float>>(cursor.Schema[SceneColumns.MaskSoft]);
        _mask = cursor.GetGetter<VBuffer<float>>(cursor.Schema[SceneColumns.Mask]);
    }

    // Opens the masks of scenes.
    public static MaskColumns Over(IEnumerable<MaskScene> scenes, ITransformer stage)
    {
        IDataView view = stage.Transform(new RowsView<MaskScene>(scenes,
            [RowColumn<MaskScene>.Text(SceneColumns.SceneImagePath, s => s.Files.Still),
            RowColumn<MaskScene>.Text(SceneColumns.Keyword, s => s.Video.Keyword)]));
        string[] read = [SceneColumns.StillWidth, SceneColumns.StillHeight, SceneColumns.MaskSimilarity, SceneColumns.MaskSoft,
            SceneColumns.Mask];
        return new(view.GetRowCursor(read.Select(c => view.Schema[c])));
    }

    public bool MoveNext() => _cursor.MoveNext();

    // Decodes the still; no model runs.
    public (int Width, int Height) Size()
    {
        int width = 0, height = 0;
        _width(ref width);
        _height(ref height);
        return (width, height);
    }

    public double? Similarity()
    {
        double value = 0;
        _similarity(ref value);
        return double.IsNaN(value) ? null : value;
    }

    public ReadOnlySpan<float> Probability()
    {
        _probability(ref _probabilities);
        return _probabilities.GetValues();
    }

    public ReadOnlySpan<float> Mask()
    {
        _mask(ref _masks);
        return _masks.GetValues();
    }

    public void Dispose() => _cursor.Dispose();
}
