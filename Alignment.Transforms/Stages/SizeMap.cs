using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="SizeMapEstimator"/>.</summary>
public sealed record SizeMapOptions : IStageOptions
{
    /// <summary>float vector of varying length, W · H values row by row in 0..1 – a map at its own size, as <c>MaskKeyword</c> gives it
    /// from paths.</summary>
    public string InputColumn { get; init; } = SceneColumns.MaskSoft;

    /// <summary>int32 – the input's pixels across.</summary>
    public string WidthColumn { get; init; } = SceneColumns.StillWidth;

    /// <summary>int32 – the input's pixels down.</summary>
    public string HeightColumn { get; init; } = SceneColumns.StillHeight;

    /// <summary>float [Height,Width] in 0..1.</summary>
    public string OutputColumn { get; init; } = SceneColumns.MaskSoft;

    /// <summary>Pixels across after resizing.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Pixels down after resizing.</summary>
    public int Height { get; init; } = 512;

    /// <inheritdoc/>
    public void Check() => this.RequireSize(Width, Height);
}

/// <summary>Brings maps of their own size to one size, area-averaged when shrinking, as <c>LoadMap</c> does with files: the way from
/// own-size stages to all others.</summary>
public sealed class SizeMapEstimator : SceneEstimator<SizeMapTransformer>
{
    internal SizeMapEstimator(SizeMapOptions options) : base(new SizeMapTransformer(options)) { }
}

/// <inheritdoc cref="SizeMapEstimator"/>
public sealed class SizeMapTransformer : SceneTransformer<SizeMapOptions>
{
    internal const string Name = "SizeMap";

    internal SizeMapTransformer(SizeMapOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        StageInput map = columns.AnyFloats(Options.InputColumn), width = columns.Int(Options.WidthColumn),
            height = columns.Int(Options.HeightColumn);
        columns.MakeFloats(Options.OutputColumn, [Options.Height, Options.Width], [map, width, height], row =>
        {
            ValueGetter<VBuffer<float>> read = row.Getter<VBuffer<float>>(map);
            (Func<int> readWidth, Func<int> readHeight) = (row.Value<int>(width), row.Value<int>(height));
            VBuffer<float> values = default;
            return to =>
            {
                (int w, int h) = (readWidth(), readHeight());
                read(ref values);
                if (w < 1 || h < 1 || (long)w * h != values.Length)
                    throw BadRow(row, FormattableString.Invariant($"{values.Length} values in column '{map.Name}'"),
                        FormattableString.Invariant($"{w}x{h}"), "Correct the columns of its size.");
                PictureResize.Planes(values.IsDense ? values.GetValues() : values.DenseValues().ToArray(), 1, h, w, to, Options.Height,
                    Options.Width);
                TensorPrimitives.Min(to, 1f, to);
            };
        });
    }
}
