using System.Collections.Concurrent;
using Alignment.MLNet.Dataset;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Audit;

/// <summary>Mask, attention and the effect of a boost as the variants' stages see them, of pictures that the validation has decoded
/// already. Each thread has a cursor of its own over the stream of scenes that it is given.</summary>
sealed class AuditPipeline(AuditOptions options)
{
    const string HeatmapWidth = "heatmap_width", HeatmapHeight = "heatmap_height";

    static readonly RowColumn<ScenePixels>[] s_columns =
    [
        .. Map(SceneColumns.MaskSoft, SceneColumns.StillWidth, SceneColumns.StillHeight, s => s.Mask!),
        .. Map(SceneColumns.Heatmap, HeatmapWidth, HeatmapHeight, s => s.Heatmap!),
    ];

    readonly ITransformer[] _chain =
    [
        new SizeMapTransformer(new() { Width = options.Width, Height = options.Height }),
        new BinarizeMaskTransformer(new() { Threshold = options.MaskThreshold }),
        new SizeMapTransformer(new()
        {
            InputColumn = SceneColumns.Heatmap, WidthColumn = HeatmapWidth, HeightColumn = HeatmapHeight,
                OutputColumn = SceneColumns.Heatmap,
            Width = options.Width, Height = options.Height,
        }),
        new ScoreAlignmentTransformer(new()),
        new ModifyAttentionTransformer(new() { Variant = Alignment.Transforms.Attention.Variant.FullBoost.Name,
            BoostAlpha = options.BoostAlpha }),
        new ScoreAlignmentTransformer(ScoreAlignmentOptions.Modified),
    ];

    readonly ConcurrentBag<Columns> _idle = [];

    public Columns Open(ScenePixels scene)
    {
        if (!_idle.TryTake(out Columns? columns)) columns = new(this);
        columns.MoveTo(scene);
        return columns;
    }

    static IEnumerable<RowColumn<ScenePixels>> Map(string map, string width, string height, Func<ScenePixels, FloatPicture> picture) =>
    [
        new(map, new VectorDataViewType(NumberDataViewType.Single), row => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> to) =>
        {
            float[] values = picture(row()).Values;
            to = new(values.Length, values);
        })),
        RowColumn<ScenePixels>.Int(width, s => picture(s).Width),
        RowColumn<ScenePixels>.Int(height, s => picture(s).Height),
    ];

    internal sealed class Columns : IDisposable
    {
        readonly AuditPipeline _owner;
        readonly DataViewRowCursor _cursor;
        readonly ValueGetter<VBuffer<float>> _mask, _heatmap;
        readonly ValueGetter<VBuffer<double>> _score, _boosted;
        VBuffer<float> _masks, _heatmaps;
        VBuffer<double> _scores;
        ScenePixels? _scene;

        public Columns(AuditPipeline owner)
        {
            _owner = owner;
            IDataView view = new RowsView<ScenePixels>(Scenes(), s_columns);
            foreach (ITransformer stage in owner._chain) view = stage.Transform(view);
            string[] names = [SceneColumns.Mask, SceneColumns.Heatmap, SceneColumns.AttentionScore, SceneColumns.AttentionScoreModified];
            _cursor = view.GetRowCursor(names.Select(n => view.Schema[n]));
            ValueGetter<T> Getter<T>(string name) => _cursor.GetGetter<T>(view.Schema[name]);
            (_mask, _heatmap) = (Getter<VBuffer<float>>(names[0]), Getter<VBuffer<float>>(names[1]));
            (_score, _boosted) = (Getter<VBuffer<double>>(names[2]), Getter<VBuffer<double>>(names[3]));
        }

        public ReadOnlySpan<float> Mask => Read(_mask, ref _masks);
        public ReadOnlySpan<float> Heatmap => Read(_heatmap, ref _heatmaps);
        public AttentionScore Before => Score(_score);
        public AttentionScore Boosted => Score(_boosted);

        public void MoveTo(ScenePixels scene)
        {
            _scene = scene;
            _cursor.MoveNext();
        }

        public void Dispose()
        {
            _scene = null;
            _owner._idle.Add(this);
        }

        IEnumerable<ScenePixels> Scenes()
        {
            while (true) yield return _scene!;
        }

        static ReadOnlySpan<float> Read(ValueGetter<VBuffer<float>> get, ref VBuffer<float> values)
        {
            get(ref values);
            return values.GetValues();
        }

        AttentionScore Score(ValueGetter<VBuffer<double>> get)
        {
            get(ref _scores);
            ReadOnlySpan<double> s = _scores.GetValues();
            return new(s[0], s[1], s[2], s[3]);
        }
    }
}
