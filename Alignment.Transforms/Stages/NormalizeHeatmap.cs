using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>How heatmap values become attention.</summary>
public enum HeatmapNormalization
{
    /// <summary>A = v / 255: what an 8-bit file means. Values must lie in 0..255.</summary>
    DivideBy255,

    /// <summary>A = (v − min) / (max − min): 0 to 1 in every scene. A constant map has no contrast and becomes 0 everywhere.</summary>
    MinMax,

    /// <summary>A = v / Σv: a distribution over pixels. Values must not be negative; a map of zeros stays zero.</summary>
    SumToOne,

    /// <summary>
    /// A = (v − p) / (q − p), clipped to 0..1, where p and q are two percentiles of the map: as <see cref="MinMax"/>, but single extreme
    /// pixels do not set the scale. Where both are equal the map becomes 0 up to them and 1 above.
    /// </summary>
    Percentile,

    /// <summary>A = v / max: 1 where most is, and zero stays zero. Values must not be negative; a map of zeros stays zero.</summary>
    DivideByMax,
}

/// <summary>Options of <see cref="NormalizeHeatmapEstimator"/>.</summary>
public sealed record NormalizeHeatmapOptions : IStageOptions
{
    /// <summary>float vector, any dimensions or varying length – the heatmap as read. With <see cref="Smoothing"/> float [H,W].</summary>
    public string InputColumn { get; init; } = SceneColumns.HeatmapRaw;

    /// <summary>float vector of the same dimensions, 0..1 – A.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Heatmap;

    /// <summary>How values become attention.</summary>
    public HeatmapNormalization Mode { get; init; } = HeatmapNormalization.DivideBy255;

    /// <summary>Percentile: the one that becomes 0, from 0 up to <see cref="HighPercentile"/>; linear between order statistics, as NumPy's
    /// default. 1 and 99 leave out a hundredth on either side.</summary>
    public double LowPercentile { get; init; } = 1;

    /// <summary>Percentile: the one that becomes 1, at most 100.</summary>
    public double HighPercentile { get; init; } = 99;

    /// <summary>Sigma in pixels of a Gaussian blur before normalising, border reflected; 0: none.</summary>
    public float Smoothing { get; init; }

    /// <inheritdoc/>
    public void Check()
    {
        this.RequireKnown(Mode);
        this.Require($"{LowPercentile} and {HighPercentile}", LowPercentile >= 0 && LowPercentile < HighPercentile && HighPercentile <= 100,
            "two from 0 to 100, the lower first", "1 and 99 are the defaults.",
            nameof(LowPercentile));
        this.Require(Smoothing, Smoothing is >= 0 and <= HeatmapSmoothing.MostSigma,
            $"a sigma in pixels, 0 (none) to {HeatmapSmoothing.MostSigma}", "Leave it at 0 if unsure.");
    }
}

/// <summary>Turns a heatmap as read into attention A in 0..1; each scene for itself.</summary>
public sealed class NormalizeHeatmapEstimator : SceneEstimator<NormalizeHeatmapTransformer>
{
    internal NormalizeHeatmapEstimator(NormalizeHeatmapOptions options) : base(new NormalizeHeatmapTransformer(options)) { }
}

/// <inheritdoc cref="NormalizeHeatmapEstimator"/>
public sealed class NormalizeHeatmapTransformer : SceneTransformer<NormalizeHeatmapOptions>
{
    internal const string Name = "NormalizeHeatmap";

    // White in an 8-bit file.
    const float White = 255f;

    internal NormalizeHeatmapTransformer(NormalizeHeatmapOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        StageInput raw = Options.Smoothing > 0 ? columns.Map(Options.InputColumn) : columns.AnyFloats(Options.InputColumn);
        if (raw.Column.Type is VectorDataViewType { Size: > 0 })
        {
            columns.MakeFloats(Options.OutputColumn, raw.Dimensions, [raw], row =>
            {
                ReadFloats read = row.Floats(raw);
                return to => Normalize(row, raw, read(), to);
            });
            return;
        }
        var work = StageColumns.Together<float[]>([raw], row =>
        {
            ValueGetter<VBuffer<float>> read = row.Getter<VBuffer<float>>(raw);
            VBuffer<float> values = default;
            float[] made = [];
            return () =>
            {
                read(ref values);
                Array.Resize(ref made, values.Length);
                values.CopyTo(made);
                Normalize(row, raw, made, made);
                return made;
            };
        });
        columns.MakeHeldFloats(Options.OutputColumn, work, m => m);
    }

    void Normalize(StageRow row, StageInput raw, ReadOnlySpan<float> values, Span<float> to)
    {
        var (least, most) = Options.Mode switch
        {
            HeatmapNormalization.DivideBy255 => (0f, White),
            HeatmapNormalization.SumToOne or HeatmapNormalization.DivideByMax => (0f, float.MaxValue),
            _ => (float.MinValue, float.MaxValue),
        };
        foreach (float v in values)
            if (!(v >= least && v <= most))
                throw BadRow(row, FormattableString.Invariant($"the value {v} in column '{raw.Name}'"),
                    FormattableString.Invariant($"finite values{(least == 0f ? " from 0" : "")}{(most == White ? " to 255" : "")}"),
                    "Check the heatmap, or choose another normalization.");
        if (Options.Smoothing > 0)
        {
            values.CopyTo(to);
            HeatmapSmoothing.Apply(to, raw.Width, raw.Height, Options.Smoothing);
            values = to;
        }
        Normalize(values, Options.Mode, Options.LowPercentile, Options.HighPercentile, to);
        // A blur's rounding may leave the range by its last bit.
        if (Options.Smoothing > 0) TensorPrimitives.Min<float>(to, 1f, to);
    }

    /// <summary>The formulas; values are finite and in the mode's range. <paramref name="to"/> may be <paramref name="values"/>.</summary>
    internal static void Normalize(ReadOnlySpan<float> values, HeatmapNormalization mode, double low, double high, Span<float> to)
    {
        switch (mode)
        {
            case HeatmapNormalization.MinMax:
                // In double: max − min of finite floats may overflow.
                double min = values.IsEmpty ? 0 : TensorPrimitives.Min(values),
                    range = (values.IsEmpty ? 0 : TensorPrimitives.Max(values)) - min;
                if (range == 0) to.Clear();
                else for (int i = 0; i < values.Length; i++) to[i] = (float)((values[i] - min) / range);
                break;
            case HeatmapNormalization.SumToOne:
                double sum = AttentionMaps.Sum(values);
                if (sum == 0) to.Clear();
                else for (int i = 0; i < values.Length; i++) to[i] = (float)(values[i] / sum);
                break;
            case HeatmapNormalization.DivideByMax:
                float most = values.IsEmpty ? 0 : TensorPrimitives.Max(values);
                if (most == 0) to.Clear();
                else for (int i = 0; i < values.Length; i++) to[i] = values[i] / most;
                break;
            case HeatmapNormalization.Percentile:
                var (p, q) = Percentiles(values, low, high);
                for (int i = 0; i < values.Length; i++) to[i] = q > p ? (float)Math.Clamp((values[i] - p) / (q - p), 0, 1) : values[i] > q
                    ? 1 : 0;
                break;
            default:
                TensorPrimitives.Divide(values, White, to);
                break;
        }
    }

    // Linear between the order statistics around (n − 1) · p / 100, counted from 0.
    static (double Low, double High) Percentiles(ReadOnlySpan<float> values, double low, double high)
    {
        if (values.IsEmpty) return (0, 0);
        float[] sorted = System.Buffers.ArrayPool<float>.Shared.Rent(values.Length);
        Span<float> ordered = sorted.AsSpan(0, values.Length);
        values.CopyTo(ordered);
        ordered.Sort();
        var found = (At(ordered, low), At(ordered, high));
        System.Buffers.ArrayPool<float>.Shared.Return(sorted);
        return found;

        static double At(ReadOnlySpan<float> ordered, double percent)
        {
            double place = (ordered.Length - 1) * percent / 100;
            int below = (int)place, above = Math.Min(below + 1, ordered.Length - 1);
            return ordered[below] + (place - below) * ((double)ordered[above] - ordered[below]);
        }
    }
}
