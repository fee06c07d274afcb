using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="PredictAttentionEstimator"/>.</summary>
public sealed record PredictAttentionOptions : IStageOptions
{
    /// <summary>float [3,H,W] in −1..1, the scene still as <c>SizeImage</c> makes it; or text, the still's path.</summary>
    public string InputColumn { get; init; } = SceneColumns.Image;

    /// <summary>float [H,W] in 0..1 – A, as predicted. From a path it has <see cref="Height"/> and <see cref="Width"/>, where they are 0
    /// varying length.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Heatmap;

    /// <summary>How it is predicted.</summary>
    public AttentionPredictorOptions Predictor { get; init; } = new();

    /// <summary>
    /// From a path: the map is predicted at the still's own size, then brought to this one; 0 and 0 leave it at its own, and
    /// <see cref="WidthColumn"/> and <see cref="HeightColumn"/> say which. Not read where the input is an image.
    /// </summary>
    public int Width { get; init; } = 512;

    /// <inheritdoc cref="Width"/>
    public int Height { get; init; } = 512;

    /// <summary>At the still's own size only: int32, its width.</summary>
    public string WidthColumn { get; init; } = SceneColumns.StillWidth;

    /// <summary>At the still's own size only: int32, its height.</summary>
    public string HeightColumn { get; init; } = SceneColumns.StillHeight;

    /// <summary>Sigma of a Gaussian blur of the map as predicted, in pixels of it, border reflected; 0: none.</summary>
    public float Smoothing { get; init; }

    /// <summary>From a path: most pixels a file may have; checked on its header.</summary>
    public long MaxPixels { get; init; } = PictureLimits.DefaultMaxPixels;

    /// <summary>The hashes of the models among the predictors, filled in when the stage is made; a saved stage refuses models of other
    /// hashes.</summary>
    public IReadOnlyList<string> ModelSha256 { get; init; } = [];

    /// <inheritdoc/>
    public void Check()
    {
        if (!IsOwnSize) this.RequireSize(Width, Height);
        this.Require(Smoothing, Smoothing is >= 0 and <= HeatmapSmoothing.MostSigma,
            $"a sigma in pixels, 0 (none) to {HeatmapSmoothing.MostSigma}",
            "Leave it at 0 if unsure.");
        this.RequirePixels(MaxPixels);
        Predictor.Check();
    }

    internal bool IsOwnSize => (Width, Height) == (0, 0);
}

/// <summary>
/// Predicts where viewers look from the scene still alone: spectral residual, fine-grained saliency, an ONNX model, or the mean of several.
/// What it makes is a prediction: reports must not call it measured.
/// </summary>
public sealed class PredictAttentionEstimator : SceneEstimator<PredictAttentionTransformer>
{
    /// <exception cref="MissingDependencyException">A model is not there.</exception>
    /// <exception cref="BadDataException">A model cannot be used, or is not the one of the given hash.</exception>
    internal PredictAttentionEstimator(PredictAttentionOptions options) : base(PredictAttentionTransformer.Open(options)) { }
}

/// <inheritdoc cref="PredictAttentionEstimator"/>
public sealed class PredictAttentionTransformer : SceneTransformer<PredictAttentionOptions>, IDisposable
{
    internal const string Name = "PredictAttention";

    readonly AttentionPredictor _predictor;

    PredictAttentionTransformer(PredictAttentionOptions options, AttentionPredictor predictor)
        : base(Name, options) => _predictor = predictor;

    internal static PredictAttentionTransformer Open(PredictAttentionOptions options)
    {
        options.Check();
        AttentionPredictor predictor = AttentionPredictor.Open(options.Predictor, options.ModelSha256, Name);
        return new(options with { Predictor = predictor.Options, ModelSha256 = predictor.ModelSha256 }, predictor);
    }

    // What predicts.
    internal AttentionPredictor Predictor => _predictor;

    internal override void Describe(StageColumns columns)
    {
        StageInput source = columns.PictureOrPath(Options.InputColumn);
        if (source.Column.Type is not TextDataViewType)
            columns.MakeFloats(Options.OutputColumn, [source.Height, source.Width], [source], row => FromImage(row, source));
        else if (Options.IsOwnSize) OwnSize(columns, source);
        else columns.MakeFloats(Options.OutputColumn, [Options.Height, Options.Width], [source], row => FromPath(row, source));
    }

    void OwnSize(StageColumns columns, StageInput source)
    {
        var still = StillSize.Columns(columns, source, Options.WidthColumn, Options.HeightColumn, Options.MaxPixels);
        var work = StageColumns.Together<float[]>([source], row =>
        {
            Func<RgbPicture> read = row.Once(still);
            float[] map = [];
            return () =>
            {
                RgbPicture picture = read();
                Array.Resize(ref map, picture.Width * picture.Height);
                Predict(picture.Pixels, picture.Width, picture.Height, map);
                return map;
            };
        });
        columns.MakeHeldFloats(Options.OutputColumn, work, m => m);
    }

    FillFloats FromPath(StageRow row, StageInput source)
    {
        var path = row.Text(source);
        var limits = new PictureLimits { MaxPixels = Options.MaxPixels };
        float[] map = [];
        return to =>
        {
            RgbPicture still = PictureFile.ReadRgb8(path(), limits);
            Array.Resize(ref map, still.Width * still.Height);
            Predict(still.Pixels, still.Width, still.Height, map);
            PictureResize.Planes(map, 1, still.Height, still.Width, to, Options.Height, Options.Width);
            TensorPrimitives.Min(to, 1f, to);
        };
    }

    void Predict(ReadOnlySpan<byte> rgb, int width, int height, Span<float> to)
    {
        _predictor.Predict(rgb, width, height, to);
        if (Options.Smoothing > 0) HeatmapSmoothing.Apply(to, width, height, Options.Smoothing);
    }

    FillFloats FromImage(StageRow row, StageInput source)
    {
        var read = row.Bytes(source, -1f, v => BadRow(row, FormattableString.Invariant($"the value {v} in column '{source.Name}'"),
            "values from −1 to 1", "Make the picture with SizeImage."));
        return to => Predict(read(), source.Width, source.Height, to);
    }

    /// <summary>Frees the models.</summary>
    public void Dispose() => _predictor.Dispose();
}
