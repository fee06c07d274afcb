using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML.Transforms.Image;

namespace Alignment.Transforms.Stages;

// Pictures at their own size as stages read them: from a path, or an ML.NET image.
static class PictureInput
{
    public static StageInput PathOrImage(this StageColumns columns, string name) =>
        columns.Find(name, "text (a path) or image", t => t is TextDataViewType or ImageDataViewType);

    /// <summary>Reads a column of <see cref="PathOrImage"/>.</summary>
    public static Func<RgbPicture> Picture(this StageRow row, StageInput source, PictureLimits limits)
    {
        if (source.Column.Type is not TextDataViewType) return row.Picture(source);
        var path = row.Text(source);
        return () => row.Picture(path(), limits);
    }

    // Decodes a file; stages that read the same picture of a scene share it.
    public static RgbPicture Picture(this StageRow row, string path, PictureLimits limits) =>
        row.Cache.Get(row.Group, (path, limits), () => PictureFile.ReadRgb8(path, limits));

    // Reads planes of least..1 as bytes, colour by colour of each pixel; bad says what to throw of a value outside.
    public static Func<byte[]> Bytes(this StageRow row, StageInput source, float least, Func<float, BadDataException> bad)
    {
        var read = row.Floats(source);
        byte[] rgb = new byte[source.Length];
        int n = source.Width * source.Height;
        return () =>
        {
            ReadOnlySpan<float> planes = read();
            for (int c = 0; c < 3; c++)
                for (int i = 0; i < n; i++)
                {
                    float v = planes[c * n + i];
                    if (!(v >= least && v <= 1f)) throw bad(v);
                    rgb[3 * i + c] = RgbPicture.ToByte((v - least) / (1f - least));
                }
            return rgb;
        };
    }
}
