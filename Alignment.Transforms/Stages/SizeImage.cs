using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

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
        this.Require(MaxPixels, MaxPixels >= 1, "1 or more", "Leave it at its default if unsure.");
    }
}

/// <summary>
/// Loads scene stills and brings them to one size as the diffusion models want them: RGB planes in −1..1. The picture is
/// stretched; area-averaged along an axis that shrinks, bilinear along one that grows (see <see cref="PictureResize"/>).
/// </summary>
public sealed class SizeImageEstimator : SceneEstimator<SizeImageTransformer>
{
    internal SizeImageEstimator(SizeImageOptions options) : base(new SizeImageTransformer(options))
    {
    }
}

/// <inheritdoc cref="SizeImageEstimator"/>
public sealed class SizeImageTransformer : SceneTransformer<SizeImageOptions>, IStageLoader
{
    internal const string Name = "SizeImage";

    internal SizeImageTransformer(SizeImageOptions options) : base(Name, options)
    {
    }

    static ITransformer IStageLoader.Load(BinaryReader from) =>
        new SizeImageTransformer(StageModel.ReadOptions<SizeImageOptions>(from, Name, StageModel.FirstVersion));

    internal override void Describe(StageColumns columns)
    {
        var source = columns.Find(Options.InputColumn, "text (a path) or image", t => t is TextDataViewType or ImageDataViewType);
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
        var get = row.Getter<MLImage>(source);
        var held = row.Own(new HeldImage());
        byte[] rgb = [];
        return to =>
        {
            get(ref held.Image!);
            var image = held.Image ?? throw BadRow(row, $"no image in column '{source.Name}'", "an image",
                "LoadImages leaves it out where a file cannot be read; correct the path.");
            Array.Resize(ref rgb, 3 * image.Width * image.Height);
            ToRgb(image, rgb);
            PictureResize.Interleaved<byte>(rgb, 3, image.Height, image.Width, 255f, grey: false, to, Options.Height, Options.Width,
                Options.Filter);
            ToSigned(to);
        };
    }

    /// <summary>0..1 to −1..1.</summary>
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

    /// <summary>ML.NET holds four bytes a pixel, in one of two orders; alpha is dropped.</summary>
    static void ToRgb(MLImage image, Span<byte> rgb)
    {
        var from = image.Pixels;
        int red = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => 0,
            MLPixelFormat.Bgra32 => 2,
            _ => throw BadDataException.For("SizeImage: the image", $"pixels as {image.PixelFormat}", "BGRA or RGBA, 32 bits",
                "Load it with ML.NET's LoadImages."),
        };
        for (int i = 0, o = 0; o < rgb.Length; i += 4, o += 3)
            (rgb[o], rgb[o + 1], rgb[o + 2]) = (from[i + red], from[i + 1], from[i + 2 - red]);
    }

    /// <summary>The image of the row at hand: whoever reads an image column owns what it gets.</summary>
    sealed class HeldImage : IDisposable
    {
        public MLImage? Image;

        public void Dispose() => Image?.Dispose();
    }
}
