using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Alignment.Transforms.Stages;

/// <summary>Pictures at their own size as stages read them: from a path, or an ML.NET image.</summary>
static class PictureInput
{
    public static StageInput PathOrImage(this StageColumns columns, string name) =>
        columns.Find(name, "text (a path) or image", t => t is TextDataViewType or ImageDataViewType);

    /// <summary>Reads a column of <see cref="PathOrImage"/>.</summary>
    public static Func<RgbPicture> Picture(this StageRow row, StageInput source, PictureLimits limits)
    {
        if (source.Column.Type is not TextDataViewType) return row.Image(source);
        var path = row.Text(source);
        return () => row.Picture(path(), limits);
    }

    /// <summary>Decodes a file; stages that read the same picture of a scene share it.</summary>
    public static RgbPicture Picture(this StageRow row, string path, PictureLimits limits) =>
        row.Cache.Get(row.Group, (path, limits), () => PictureFile.ReadRgb8(path, limits));

    /// <summary>Reads an ML.NET image into pixels that the next row reuses.</summary>
    public static Func<RgbPicture> Image(this StageRow row, StageInput source)
    {
        var get = row.Getter<MLImage>(source);
        var held = row.Own(new HeldImage());
        return () =>
        {
            get(ref held.Image!);
            MLImage image = held.Image ?? throw BadDataException.For(
                FormattableString.Invariant($"Row {row.Position}"), $"no image in column '{source.Name}'", "an image",
                "LoadImages leaves it out where a file cannot be read; correct the path.");
            int bytes = 3 * image.Width * image.Height;
            if (held.Rgb.Length != bytes) held.Rgb = new byte[bytes];
            ToRgb(image, held.Rgb);
            return new RgbPicture(image.Width, image.Height, held.Rgb);
        };
    }

    /// <summary>ML.NET holds four bytes a pixel, in one of two orders; alpha is dropped.</summary>
    static void ToRgb(MLImage image, Span<byte> rgb)
    {
        var from = image.Pixels;
        int red = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => 0,
            MLPixelFormat.Bgra32 => 2,
            _ => throw BadDataException.For("An image", $"pixels as {image.PixelFormat}", "BGRA or RGBA, 32 bits",
                "Load it with ML.NET's LoadImages."),
        };
        for (int i = 0, o = 0; o < rgb.Length; i += 4, o += 3)
            (rgb[o], rgb[o + 1], rgb[o + 2]) = (from[i + red], from[i + 1], from[i + 2 - red]);
    }

    /// <summary>The image of the row at hand: whoever reads an image column owns what it gets.</summary>
    sealed class HeldImage : IDisposable
    {
        public MLImage? Image;
        public byte[] Rgb = [];

        public void Dispose() => Image?.Dispose();
    }
}
