using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="DrawFixationsEstimator"/>.</summary>
public sealed record DrawFixationsOptions : IStageOptions
{
    /// <summary>
    /// double vector of varying length – x, y, weight of each fixation; x and y in pixels of the map, (0, 0) at its top left corner,
    /// weights seconds or counts. A fixation outside of the map is an error.
    /// </summary>
    public string FixationsColumn { get; init; } = SceneColumns.Fixations;

    /// <summary>int32 – pixels across of the map.</summary>
    public string WidthColumn { get; init; } = SceneColumns.StillWidth;

    /// <summary>int32 – pixels down of the map.</summary>
    public string HeightColumn { get; init; } = SceneColumns.StillHeight;

    /// <summary>double – sigma along x of the Gaussian that each fixation is spread by, in pixels.</summary>
    public string SigmaXColumn { get; init; } = SceneColumns.FixationSigmaX;

    /// <summary>double – the same along y.</summary>
    public string SigmaYColumn { get; init; } = SceneColumns.FixationSigmaY;

    /// <summary>float vector of varying length, W · H values row by row in 0..1 – the density ÷ its maximum; zero everywhere without
    /// fixations.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Heatmap;

    /// <summary>Sigma of a second Gaussian blur, of the finished map, border reflected; 0: none.</summary>
    public float Smoothing { get; init; }

    /// <inheritdoc/>
    public void Check() =>
        this.Require(Smoothing, Smoothing is >= 0 and <= HeatmapSmoothing.MostSigma,
        $"a sigma in pixels, 0 (none) to {HeatmapSmoothing.MostSigma}",
            "Leave it at 0 if unsure.");
}

/// <summary>Turns viewers' fixations on a scene into its heatmap: their weights, spread by a Gaussian (<see cref="FixationDensity"/>), ÷
/// the maximum.</summary>
public sealed class DrawFixationsEstimator : SceneEstimator<DrawFixationsTransformer>
{
    internal DrawFixationsEstimator(DrawFixationsOptions options) : base(new DrawFixationsTransformer(options)) { }
}

/// <inheritdoc cref="DrawFixationsEstimator"/>
public sealed class DrawFixationsTransformer : SceneTransformer<DrawFixationsOptions>
{
    internal const string Name = "DrawFixations";

    internal DrawFixationsTransformer(DrawFixationsOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        StageInput fixations = columns.AnyDoubles(Options.FixationsColumn), width = columns.Int(Options.WidthColumn),
            height = columns.Int(Options.HeightColumn),
            sigmaX = columns.Double(Options.SigmaXColumn), sigmaY = columns.Double(Options.SigmaYColumn);
        var work = StageColumns.Together<float[]>([fixations, width, height, sigmaX, sigmaY], row =>
        {
            (Func<int> readWidth, Func<int> readHeight) = (row.Value<int>(width), row.Value<int>(height));
            (Func<double> readX, Func<double> readY) = (row.Value<double>(sigmaX), row.Value<double>(sigmaY));
            ValueGetter<VBuffer<double>> read = row.Getter<VBuffer<double>>(fixations);
            VBuffer<double> values = default;
            FixationDensity? density = null;
            (int, int, double, double) shape = default;
            float[] map = [];
            return () =>
            {
                (int w, int h) = (readWidth(), readHeight());
                (double x, double y) = (readX(), readY());
                read(ref values);
                if (density is null || shape != (w, h, x, y)) (density, shape) = (Open(row, w, h, x, y), (w, h, x, y));
                else density.Clear();
                Add(row, density, values.IsDense ? values.GetValues() : values.DenseValues().ToArray());
                Array.Resize(ref map, w * h);
                Scale(row, density.Blur(), map);
                if (Options.Smoothing > 0) HeatmapSmoothing.Apply(map, w, h, Options.Smoothing);
                return map;
            };
        });
        columns.MakeHeldFloats(Options.OutputColumn, work, m => m);
    }

    FixationDensity Open(StageRow row, int width, int height, double x, double y)
    {
        if (width < 1 || height < 1 || (long)width * height > Images.PictureLimits.DefaultMaxPixels)
            throw BadRow(row, FormattableString.Invariant($"a map of {width}x{height} pixels"), "a width and a height of the still",
                "Correct the columns of its size.");
        if (!(x is > 0 and <= FixationDensity.MostSigma && y is > 0 and <= FixationDensity.MostSigma))
            throw BadRow(row, FormattableString.Invariant($"a sigma of {x} and {y} pixels"),
                FormattableString.Invariant($"above 0 and at most {FixationDensity.MostSigma}"),
                "About one degree of visual angle is usual.");
        return new(width, height, x, y);
    }

    void Add(StageRow row, FixationDensity density, ReadOnlySpan<double> triples)
    {
        if (triples.Length % 3 != 0)
            throw BadRow(row, FormattableString.Invariant($"{triples.Length} numbers in column '{Options.FixationsColumn}'"),
                "x, y and weight of each fixation", "Give three numbers for each.");
        for (int i = 0; i < triples.Length; i += 3)
        {
            (double x, double y, double weight) = (triples[i], triples[i + 1], triples[i + 2]);
            if (!(x >= 0 && x < density.Width && y >= 0 && y < density.Height && weight >= 0))
                throw BadRow(row, FormattableString.Invariant($"a fixation at ({x}, {y}) of weight {weight}"),
                    FormattableString.Invariant($"one inside of {density.Width}x{density.Height} pixels, of a weight of 0 or more"),
                    "Leave out what is off screen.");
            density.Add((int)y * density.Width + (int)x, weight);
        }
    }

    void Scale(StageRow row, ReadOnlySpan<double> density, Span<float> map)
    {
        double max = TensorPrimitives.Max(density);
        if (!double.IsFinite(max)) throw BadRow(row, "weights whose sum no number can hold", "seconds or counts", "Correct the weights.");
        if (max > 0) for (int i = 0; i < map.Length; i++) map[i] = (float)(density[i] / max);
        else map.Clear();
    }
}
