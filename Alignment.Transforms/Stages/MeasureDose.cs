using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>What the numbers of a picture column mean.</summary>
public enum PictureRange
{
    /// <summary>−1 is black, 1 white: as <c>SizeImage</c> makes them.</summary>
    MinusOneToOne,

    /// <summary>0 is black, 1 white: as <c>EditScene</c> makes them.</summary>
    ZeroToOne,
}

/// <summary>Options of <see cref="MeasureDoseEstimator"/>.</summary>
public sealed record MeasureDoseOptions : IStageOptions
{
    /// <summary>float [3,H,W], or text (a path) – the picture that the other is compared with: the still, or better the baseline's
    /// edit.</summary>
    public string BeforeColumn { get; init; } = SceneColumns.Image;

    /// <summary>What the numbers of <see cref="BeforeColumn"/> mean; not read for paths.</summary>
    public PictureRange BeforeRange { get; init; } = PictureRange.MinusOneToOne;

    /// <summary>float [3,H,W] in <see cref="BeforeRange"/>, or text (a path) – the baseline's edit, whose attention is predicted beside;
    /// null: none.</summary>
    public string? BaselineColumn { get; init; }

    /// <summary>float [3,H,W], or text (a path) – the edited picture.</summary>
    public string AfterColumn { get; init; } = SceneColumns.Edited;

    /// <summary>What the numbers of <see cref="AfterColumn"/> mean; not read for paths.</summary>
    public PictureRange AfterRange { get; init; } = PictureRange.ZeroToOne;

    /// <summary>float [H,W], 0..1 – M. Pictures of columns have its size; the map predicted of a file is brought to it.</summary>
    public string MaskColumn { get; init; } = SceneColumns.Mask;

    /// <summary>How attention is predicted.</summary>
    public AttentionPredictorOptions Predictor { get; init; } = new();

    /// <summary>From a path: most pixels a file may have; checked on its header.</summary>
    public long MaxPixels { get; init; } = PictureLimits.DefaultMaxPixels;

    /// <summary>The hashes of the models among the predictors, filled in when the stage is made; a saved stage refuses models of other
    /// hashes.</summary>
    public IReadOnlyList<string> ModelSha256 { get; init; } = [];

    /// <summary>float – Σ(M ⊙ A) / ΣA, A predicted of the picture before.</summary>
    public string ShareBeforeColumn { get; init; } = SceneColumns.PredictedShareBefore;

    /// <summary>float – the same of the picture after.</summary>
    public string ShareAfterColumn { get; init; } = SceneColumns.PredictedShareAfter;

    /// <summary>float – after − before: the dose.</summary>
    public string ShareDifferenceColumn { get; init; } = SceneColumns.PredictedShareDifference;

    /// <summary>float – mean(M ⊙ A), A predicted of the picture before.</summary>
    public string AlignmentBeforeColumn { get; init; } = SceneColumns.PredictedAlignmentBefore;

    /// <summary>float – the same of the picture after.</summary>
    public string AlignmentAfterColumn { get; init; } = SceneColumns.PredictedAlignmentAfter;

    /// <summary>float – after − before.</summary>
    public string AlignmentDifferenceColumn { get; init; } = SceneColumns.PredictedAlignmentDifference;

    /// <summary>double [3,2] – share and alignment score of before, baseline (NaN where none is given) and after, not rounded.</summary>
    public string ScoresColumn { get; init; } = SceneColumns.PredictedScores;

    /// <summary>float [H,W] in 0..1 – A predicted of the picture after.</summary>
    public string AttentionColumn { get; init; } = SceneColumns.PredictedAttention;

    /// <summary>float [H,W] in 0..1 – A predicted of the baseline's edit; only where one is given.</summary>
    public string BaselineAttentionColumn { get; init; } = SceneColumns.PredictedAttentionBaseline;

    /// <inheritdoc/>
    public void Check()
    {
        this.RequireKnown(BeforeRange);
        this.RequireKnown(AfterRange);
        this.RequirePixels(MaxPixels);
        Predictor.Check();
    }
}

/// <summary>
/// Measures how far an edit moved the attention on the product, as a predictor sees it: shares and alignment scores of two pictures under
/// one mask, and their differences. They are predictions: reports must not call them measured of viewers. Of the files that the rows of a
/// scene name, each is predicted once.
/// </summary>
public sealed class MeasureDoseEstimator : SceneEstimator<MeasureDoseTransformer>
{
    /// <exception cref="MissingDependencyException">A model is not there.</exception>
    /// <exception cref="BadDataException">A model cannot be used, or is not the one of the given hash.</exception>
    internal MeasureDoseEstimator(MeasureDoseOptions options) : base(MeasureDoseTransformer.Open(options)) { }
}

/// <inheritdoc cref="MeasureDoseEstimator"/>
public sealed class MeasureDoseTransformer : SceneTransformer<MeasureDoseOptions>, IDisposable
{
    internal const string Name = "MeasureDose";

    readonly AttentionPredictor _predictor;

    MeasureDoseTransformer(MeasureDoseOptions options, AttentionPredictor predictor) : base(Name, options) => _predictor = predictor;

    internal static MeasureDoseTransformer Open(MeasureDoseOptions options)
    {
        options.Check();
        AttentionPredictor predictor = AttentionPredictor.Open(options.Predictor, options.ModelSha256, Name);
        return new(options with { Predictor = predictor.Options, ModelSha256 = predictor.ModelSha256 }, predictor);
    }

    internal AttentionPredictor Predictor => _predictor;

    internal override void Describe(StageColumns columns)
    {
        var mask = columns.Map(Options.MaskColumn);
        var scene = StageColumns.Together<ScenePredictions>([mask], row =>
        {
            var known = new ScenePredictions(this, row, mask);
            return () => known;
        });
        StageInput before = Picture(columns, Options.BeforeColumn, mask), after = Picture(columns, Options.AfterColumn, mask);
        var ofBefore = Of(before, Options.BeforeRange, mask, scene);
        var ofAfter = Of(after, Options.AfterRange, mask, scene);
        StageInput? baseline = Options.BaselineColumn is { } column ? Picture(columns, column, mask) : null;
        var ofBaseline = baseline is null ? null : Of(baseline, Options.BeforeRange, mask, scene);
        var both = StageColumns.Together<(AttentionScore Before, AttentionScore After)>([mask, before, after], row =>
        {
            var (b, a) = (row.Once(ofBefore), row.Once(ofAfter));
            return () => (b().Score, a().Score);
        });
        columns.Make(Options.ShareBeforeColumn, ofBefore, p => (float)p.Score.Share);
        columns.Make(Options.ShareAfterColumn, ofAfter, p => (float)p.Score.Share);
        columns.Make(Options.ShareDifferenceColumn, both, s => (float)(s.After.Share - s.Before.Share));
        columns.Make(Options.AlignmentBeforeColumn, ofBefore, p => (float)p.Score.Alignment);
        columns.Make(Options.AlignmentAfterColumn, ofAfter, p => (float)p.Score.Alignment);
        columns.Make(Options.AlignmentDifferenceColumn, both,
            s => (float)(s.After.Alignment - s.Before.Alignment));

        var all = StageColumns.Together<double[]>(baseline is null ? [mask, before, after] : [mask, before, baseline, after], row =>
        {
            var (b, a, middle) = (row.Once(ofBefore), row.Once(ofAfter), ofBaseline is null ? null : row.Once(ofBaseline));
            return () =>
            {
                (AttentionScore one, AttentionScore other) = (b().Score, a().Score);
                AttentionScore? edit = middle?.Invoke().Score;
                return [one.Share, one.Alignment, edit?.Share ?? double.NaN, edit?.Alignment ?? double.NaN, other.Share, other.Alignment];
            };
        });
        columns.MakeDoubles(Options.ScoresColumn, all, s => s, 3, 2);
        MakeMap(Options.AttentionColumn, ofAfter);
        if (ofBaseline is not null) MakeMap(Options.BaselineAttentionColumn, ofBaseline);

        void MakeMap(string name, SharedWork<Prediction> of) => columns.MakeHeldFloats(name, mask.Dimensions, of, p => p.Map);
    }

    static StageInput Picture(StageColumns columns, string name, StageInput mask)
    {
        var picture = columns.PictureOrPath(name, "a picture, float [3,H,W], or text (a path)");
        if (picture.Column.Type is not TextDataViewType) columns.RequireSameSize(picture, mask);
        return picture;
    }

    SharedWork<Prediction> Of(StageInput picture, PictureRange range, StageInput mask, SharedWork<ScenePredictions> shared) =>
        StageColumns.Together<Prediction>([picture, mask], row =>
        {
            var scene = row.Once(shared);
            if (picture.Column.Type is TextDataViewType)
            {
                var path = row.Text(picture);
                return () => scene().Of(path());
            }
            var predict = FromPlanes(row, picture, range);
            float[] map = new float[mask.Length];
            return () =>
            {
                predict(map);
                return scene().Scored(map);
            };
        });

    /// <param name="Map">A [H,W], valid until the next scene.</param>
    /// <param name="Score">Of it, under the mask.</param>
    sealed record Prediction(float[] Map, AttentionScore Score);

    // What was predicted of the files of the scene at hand; their maps serve the next scene.
    sealed class ScenePredictions(MeasureDoseTransformer stage, StageRow row, StageInput mask)
    {
        readonly PictureLimits _limits = new() { MaxPixels = stage.Options.MaxPixels };
        readonly ReadFloats _readMask = row.Floats(mask);
        readonly Dictionary<string, Prediction> _known = new(StringComparer.Ordinal);
        readonly Stack<float[]> _free = [];
        readonly float[] _mask = new float[mask.Length];
        float[] _own = [];
        long _group = long.MinValue, _masked = long.MinValue;

        public Prediction Of(string path)
        {
            if (row.Group != _group)
            {
                foreach (Prediction old in _known.Values) _free.Push(old.Map);
                _known.Clear();
                _group = row.Group;
            }
            if (_known.TryGetValue(path, out Prediction? known)) return known;
            RgbPicture picture = row.Picture(path, _limits);
            Array.Resize(ref _own, picture.Width * picture.Height);
            stage._predictor.Predict(picture.Pixels, picture.Width, picture.Height, _own);
            float[] map = _free.TryPop(out float[]? free) ? free : new float[mask.Length];
            PictureResize.Planes(_own, 1, picture.Height, picture.Width, map, mask.Height, mask.Width);
            TensorPrimitives.Min(map, 1f, map);   // weights of an average may add up to a hair more than 1
            return _known[path] = Scored(map);
        }

        public Prediction Scored(float[] map)
        {
            // Read once a row, for all pictures.
            if (_masked != row.Position) _readMask().CopyTo(_mask);
            _masked = row.Position;
            try
            {
                return new(map, AttentionScore.Of(map, _mask));
            }
            catch (ArgumentException e)
            {
                throw stage.BadRow(row, e.Message, "a mask in 0..1", "Binarize the mask first.", e);
            }
        }
    }

    FillFloats FromPlanes(StageRow row, StageInput source, PictureRange range)
    {
        float least = range == PictureRange.ZeroToOne ? 0f : -1f;
        var read = row.Bytes(source, least, v => BadRow(row, FormattableString.Invariant($"the value {v} in column '{source.Name}'"),
            FormattableString.Invariant($"values from {least} to 1"), "Give the range that the column has in the options."));
        return to => _predictor.Predict(read(), source.Width, source.Height, to);
    }

    /// <summary>Frees the models.</summary>
    public void Dispose() => _predictor.Dispose();
}
