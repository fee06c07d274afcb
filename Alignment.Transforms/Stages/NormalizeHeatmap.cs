using System.Numerics.Tensors;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Internals;
using Microsoft.ML;

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
}

/// <summary>Options of <see cref="NormalizeHeatmapEstimator"/>.</summary>
public sealed record NormalizeHeatmapOptions : IStageOptions
{
    /// <summary>float vector, any dimensions – the heatmap as read.</summary>
    public string InputColumn { get; init; } = SceneColumns.HeatmapRaw;

    /// <summary>float vector of the same dimensions, 0..1 – A.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Heatmap;

    /// <summary>How values become attention.</summary>
    public HeatmapNormalization Mode { get; init; } = HeatmapNormalization.DivideBy255;

    /// <inheritdoc/>
    public void Check() => StageCheck.Known("NormalizeHeatmap: Mode", Mode);
}

/// <summary>Turns a heatmap as read into attention A in 0..1; each scene for itself.</summary>
public sealed class NormalizeHeatmapEstimator : SceneEstimator<NormalizeHeatmapTransformer>
{
    internal NormalizeHeatmapEstimator(NormalizeHeatmapOptions options) : base(new NormalizeHeatmapTransformer(options))
    {
    }
}

/// <inheritdoc cref="NormalizeHeatmapEstimator"/>
public sealed class NormalizeHeatmapTransformer : SceneTransformer<NormalizeHeatmapOptions>, IStageLoader
{
    internal const string Name = "NormalizeHeatmap";

    /// <summary>White in an 8-bit file.</summary>
    const float White = 255f;

    internal NormalizeHeatmapTransformer(NormalizeHeatmapOptions options) : base(Name, options)
    {
    }

    static ITransformer IStageLoader.Load(BinaryReader from) => new NormalizeHeatmapTransformer(StageModel.ReadOptions<NormalizeHeatmapOptions>(from, Name, StageModel.FirstVersion));

    internal override void Describe(StageColumns columns)
    {
        var raw = columns.Floats(Options.InputColumn);
        columns.MakeFloats(Options.OutputColumn, raw.Dimensions, [raw], row =>
        {
            var read = row.Floats(raw);
            return to =>
            {
                var values = read();
                var (least, most) = Options.Mode switch
                {
                    HeatmapNormalization.DivideBy255 => (0f, White),
                    HeatmapNormalization.SumToOne => (0f, float.MaxValue),
                    _ => (float.MinValue, float.MaxValue),
                };
                foreach (float v in values)
                    if (!(v >= least && v <= most))
                        throw BadRow(row, FormattableString.Invariant($"the value {v} in column '{raw.Name}'"), FormattableString.Invariant($"finite values{(least == 0f ? " from 0" : "")}{(most == White ? " to 255" : "")}"),
                            "Check the heatmap, or choose another normalization.");
                Normalize(values, Options.Mode, to);
            };
        });
    }

    /// <summary>The three formulas; values are finite and in the mode's range.</summary>
    internal static void Normalize(ReadOnlySpan<float> values, HeatmapNormalization mode, Span<float> to)
    {
        switch (mode)
        {
            case HeatmapNormalization.MinMax:
                // In double: max − min of finite floats may overflow.
                double min = values.IsEmpty ? 0 : TensorPrimitives.Min(values), range = (values.IsEmpty ? 0 : TensorPrimitives.Max(values)) - min;
                if (range == 0) to.Clear();
                else for (int i = 0; i < values.Length; i++) to[i] = (float)((values[i] - min) / range);
                break;
            case HeatmapNormalization.SumToOne:
                double sum = AttentionMaps.Sum(values);
                if (sum == 0) to.Clear();
                else for (int i = 0; i < values.Length; i++) to[i] = (float)(values[i] / sum);
                break;
            default:
                TensorPrimitives.Divide(values, White, to);
                break;
        }
    }
}
