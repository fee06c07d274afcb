using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML;
using Microsoft.ML.Data;

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

    /// <inheritdoc/>
    public void Check()
    {
        this.RequireKnown(BeforeRange);
        this.RequireKnown(AfterRange);
        this.Require(MaxPixels, MaxPixels >= 1, "1 or more", "Leave it at its default if unsure.");
        Predictor.Check();
    }
}

/// <summary>
/// Measures how far an edit moved the attention on the product, as a predictor sees it: shares and alignment scores of two pictures under
/// one mask, and their differences. They are predictions: reports must not call them measured of viewers.
/// </summary>
public sealed class MeasureDoseEstimator : SceneEstimator<MeasureDoseTransformer>
{
    /// <exception cref="MissingDependencyException">A model is not there.</exception>
    /// <exception cref="BadDataException">A model cannot be used, or is not the one of the given hash.</exception>
    internal MeasureDoseEstimator(MeasureDoseOptions options) : base(MeasureDoseTransformer.Open(options))
    {
    }
}

/// <inheritdoc cref="MeasureDoseEstimator"/>
public sealed class MeasureDoseTransformer : SceneTransformer<MeasureDoseOptions>, IStageLoader, IDisposable
{
    internal const string Name = "MeasureDose";

    readonly AttentionPredictor _predictor;

    MeasureDoseTransformer(MeasureDoseOptions options, AttentionPredictor predictor) : base(Name, options) => _predictor = predictor;

    internal static MeasureDoseTransformer Open(MeasureDoseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        // A saved stage is loaded from anywhere: models by their full paths.
        options = options with
        {
            Predictor = options.Predictor with
            {
                Predictor = string.Join(AttentionPredictorOptions.Plus,
            options.Predictor.Parts().Select(p => AttentionPredictorOptions.IsModel(p) ? Path.GetFullPath(p) : p))
            }
        };
        AttentionPredictor predictor = AttentionPredictor.Open(options.Predictor);
        if (options.ModelSha256.Count > 0 && !options.ModelSha256.SequenceEqual(predictor.ModelSha256))
        {
            predictor.Dispose();
            throw BadDataException.For("MeasureDose's saliency model", $"the hash {string.Join(", ", predictor.ModelSha256)}",
                $"{string.Join(", ", options.ModelSha256)}, with which the stage was made",
                "The model was changed or replaced since: put the original back, or make and save the stage again with this one.");
        }
        return new(options with { ModelSha256 = predictor.ModelSha256 }, predictor);
    }

    static ITransformer IStageLoader.Load(BinaryReader from) =>
        Open(StageModel.ReadOptions<MeasureDoseOptions>(from, Name, StageModel.FirstVersion));

    internal override void Describe(StageColumns columns)
    {
        var mask = columns.Map(Options.MaskColumn);
        var before = Picture(columns, Options.BeforeColumn, mask);
        var after = Picture(columns, Options.AfterColumn, mask);
        // Read once a row, for both pictures.
        var m = StageColumns.Together<float[]>([mask], row =>
        {
            var read = row.Floats(mask);
            float[] kept = new float[mask.Length];
            return () =>
            {
                read().CopyTo(kept);
                return kept;
            };
        });
        var scoreBefore = Score(before, Options.BeforeRange, mask, m);
        var scoreAfter = Score(after, Options.AfterRange, mask, m);
        var both = StageColumns.Together<(AttentionScore Before, AttentionScore After)>([mask, before, after], row =>
        {
            var b = row.Once(scoreBefore);
            var a = row.Once(scoreAfter);
            return () => (b(), a());
        });
        columns.Make(Options.ShareBeforeColumn, NumberDataViewType.Single, scoreBefore, s => (float)s.Share);
        columns.Make(Options.ShareAfterColumn, NumberDataViewType.Single, scoreAfter, s => (float)s.Share);
        columns.Make(Options.ShareDifferenceColumn, NumberDataViewType.Single, both, s => (float)(s.After.Share - s.Before.Share));
        columns.Make(Options.AlignmentBeforeColumn, NumberDataViewType.Single, scoreBefore, s => (float)s.Alignment);
        columns.Make(Options.AlignmentAfterColumn, NumberDataViewType.Single, scoreAfter, s => (float)s.Alignment);
        columns.Make(Options.AlignmentDifferenceColumn, NumberDataViewType.Single, both,
            s => (float)(s.After.Alignment - s.Before.Alignment));
    }

    static StageInput Picture(StageColumns columns, string name, StageInput mask)
    {
        var picture = columns.Find(name, "a picture, float [3,H,W], or text (a path)",
            t => t is TextDataViewType || (t is VectorDataViewType { Size: > 0 } v && v.ItemType == NumberDataViewType.Single
            && (!columns.DimensionsKnown || (v.Dimensions.Length == 3 && v.Dimensions[0] == 3))));
        if (picture.Column.Type is not TextDataViewType) columns.RequireSameSize(picture, mask);
        return picture;
    }

    SharedWork<AttentionScore> Score(StageInput picture, PictureRange range, StageInput mask, SharedWork<float[]> shared) =>
        StageColumns.Together<AttentionScore>([picture, mask], row =>
    {
        var predict = picture.Column.Type is TextDataViewType ? FromPath(row, picture, mask) : FromPlanes(row, picture, range);
        var m = row.Once(shared);
        float[] map = new float[mask.Length];
        return () =>
        {
            predict(map);
            try
            {
                return AttentionScore.Of(map, m());
            }
            catch (ArgumentException e)
            {
                throw BadRow(row, e.Message, "a mask in 0..1", "Binarize the mask first.", e);
            }
        };
    });

    FillFloats FromPath(StageRow row, StageInput source, StageInput mask)
    {
        var path = row.Text(source);
        var limits = new PictureLimits { MaxPixels = Options.MaxPixels };
        float[] own = [];
        return to =>
        {
            RgbPicture picture = PictureFile.ReadRgb8(path(), limits);
            Array.Resize(ref own, picture.Width * picture.Height);
            _predictor.Predict(picture.Pixels, picture.Width, picture.Height, own);
            PictureResize.Planes(own, 1, picture.Height, picture.Width, to, mask.Height, mask.Width);
            System.Numerics.Tensors.TensorPrimitives.Min(to, 1f, to);
        };
    }

    FillFloats FromPlanes(StageRow row, StageInput source, PictureRange range)
    {
        var read = row.Floats(source);
        byte[] rgb = new byte[source.Length];
        int n = source.Width * source.Height;
        float least = range == PictureRange.ZeroToOne ? 0f : -1f;
        return to =>
        {
            ReadOnlySpan<float> planes = read();
            for (int c = 0; c < 3; c++)
                for (int i = 0; i < n; i++)
                {
                    float v = planes[c * n + i];
                    if (!(v >= least && v <= 1f)) throw BadRow(row, FormattableString.Invariant($"the value {v} in column '{source.Name}'"),
                        FormattableString.Invariant($"values from {least} to 1"), "Give the range that the column has in the options.");
                    rgb[3 * i + c] = RgbPicture.ToByte((v - least) / (1f - least));
                }
            _predictor.Predict(rgb, source.Width, source.Height, to);
        };
    }

    /// <summary>Frees the models.</summary>
    public void Dispose() => _predictor.Dispose();
}
