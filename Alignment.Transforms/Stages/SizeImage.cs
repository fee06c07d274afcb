using System.Runtime.Intrinsics;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="SizeImageEstimator"/>.</summary>
public sealed record SizeImageOptions : IStageOptions
{
    /// <summary>text – the path of a PNG or JPEG; or an image (MLImage) as ML.NET's LoadImages makes it.</summary>
    public string InputColumn { get; init; } = SceneColumns.SceneImagePath;

    /// <summary>float [3,Height,Width] in −1..1.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Image;

    /// <summary>Pixels across after resizing. 512 is Stable Diffusion 1.5's own size.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Pixels down after resizing.</summary>
    public int Height { get; init; } = 512;

    /// <summary>The weights of resizing.</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.AreaOrBilinear;

    /// <summary>Most pixels a file may have; checked on its header.</summary>
    public long MaxPixels { get; init; } = PictureLimits.DefaultMaxPixels;

    /// <inheritdoc/>
    public void Check()
    {
        this.RequireSize(Width, Height);
        this.RequirePixels(MaxPixels);
    }
}

/// <summary>
/// Loads scene stills and brings them to one size as the diffusion models want them: RGB planes in −1..1. The picture is
/// stretched; area-averaged along an axis that shrinks, bilinear along one that grows (see <see cref="PictureResize"/>).
/// </summary>
public sealed class SizeImageEstimator : SceneEstimator<SizeImageTransformer>
{
    internal SizeImageEstimator(SizeImageOptions options) : base(new SizeImageTransformer(options)) { }
}

/// <inheritdoc cref="SizeImageEstimator"/>
public sealed class SizeImageTransformer : SceneTransformer<SizeImageOptions>
{
    internal const string Name = "SizeImage";

    internal SizeImageTransformer(SizeImageOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        var source = columns.PathOrImage(Options.InputColumn);
        columns.MakeFloats(Options.OutputColumn, [3, Options.Height, Options.Width], [source],
            row => source.Column.Type is TextDataViewType ? FromPath(row, source) : FromImage(row, source));
    }

    FillFloats FromPath(StageRow row, StageInput source)
    {
        var path = row.Text(source);
        var limits = new PictureLimits { MaxPixels = Options.MaxPixels };
        return to =>
        {
            PictureFile.ReadRgb(path(), Options.Width, Options.Height, to, Options.Filter, limits);
            ToSigned(to);
        };
    }

    FillFloats FromImage(StageRow row, StageInput source)
    {
        var read = row.Picture(source);
        return to =>
        {
            RgbPicture image = read();
            PictureResize.Interleaved<byte>(image.Pixels, 3, image.Height, image.Width, 255f, grey: false, to, Options.Height,
                Options.Width, Options.Filter);
            ToSigned(to);
        };
    }

    // 0..1 to −1..1.
    internal static void ToSigned(Span<float> values)
    {
        ref float first = ref MemoryMarshal.GetReference(values);
        int i = 0;
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
        {
            Vector256<float> value = Vector256.LoadUnsafe(ref first, (nuint)i);
            (value + value - Vector256<float>.One).StoreUnsafe(ref first, (nuint)i);
        }
        for (; i < values.Length; i++) values[i] = values[i] + values[i] - 1f;
    }
}
