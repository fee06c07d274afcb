using Alignment.Transforms.Images;

namespace Alignment.Transforms.MlNetPlumbing;

// A picture of 8-bit RGB as ML.NET's image (BGRA, opaque): a copy for stages of others, the picture itself for ours.
sealed class PictureColumn(Func<RgbPicture> read) : ILentColumn
{
    public void Get(ref MLImage to)
    {
        to?.Dispose();
        to = ToImage(read());
    }

    public Delegate Lend() => read;

    // Reads a picture column, lent or copied.
    public static Func<RgbPicture> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        if ((row as ILendingRow)?.Lend<Func<RgbPicture>>(column) is { } lent) return lent;
        var get = row.GetGetter<MLImage>(column);
        MLImage? image = null;   // who makes images disposes the one of the row before; those of a caller's rows are the caller's
        return () =>
        {
            get(ref image!);
            return FromImage(image ?? throw BadDataException.For(FormattableString.Invariant($"Row {row.Position}"),
                $"no image in column '{column.Name}'", "an image",
                "LoadImages leaves it out where a file cannot be read; correct the path."));
        };
    }

    static MLImage ToImage(RgbPicture picture)
    {
        byte[] rgb = picture.Pixels, bgra = GC.AllocateUninitializedArray<byte>(rgb.Length / 3 * 4);
        for (int i = 0, o = 0; i < rgb.Length; i += 3, o += 4)
            (bgra[o], bgra[o + 1], bgra[o + 2], bgra[o + 3]) = (rgb[i + 2], rgb[i + 1], rgb[i], byte.MaxValue);
        return MLImage.CreateFromPixels(picture.Width, picture.Height, MLPixelFormat.Bgra32, bgra);
    }

    // ML.NET holds four bytes a pixel, in one of two orders; alpha is dropped.
    static RgbPicture FromImage(MLImage image)
    {
        var from = image.Pixels;
        byte[] rgb = new byte[3 * image.Width * image.Height];
        int red = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => 0,
            MLPixelFormat.Bgra32 => 2,
            _ => throw BadDataException.For("The image", $"pixels as {image.PixelFormat}", "BGRA or RGBA, 32 bits",
                "Load it with ML.NET's LoadImages."),
        };
        for (int i = 0, o = 0; o < rgb.Length; i += 4, o += 3)
            (rgb[o], rgb[o + 1], rgb[o + 2]) = (from[i + red], from[i + 1], from[i + 2 - red]);
        return new(image.Width, image.Height, rgb);
    }
}
