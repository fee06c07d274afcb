using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

// What stages that work on the still itself have in common: they decode it once a row and say its size.
static class StillSize
{
    // Outputs the still's width and height; the work that decodes it is returned, for the columns that need its pixels.
    public static SharedWork<RgbPicture> Columns(StageColumns columns, StageInput path, string width, string height,
        long maxPixels = PictureLimits.DefaultMaxPixels)
    {
        var limits = new PictureLimits { MaxPixels = maxPixels };
        var still = StageColumns.Together<RgbPicture>([path], row =>
        {
            Func<string> read = row.Text(path);
            return () => PictureFile.ReadRgb8(read(), limits);
        });
        columns.Make(width, still, s => s.Width);
        columns.Make(height, still, s => s.Height);
        return still;
    }

    // A picture, float [3,H,W], or text.
    public static StageInput PictureOrPath(this StageColumns columns, string name,
        string expected = "a picture, float [3,H,W] in −1..1, or text (a path)") =>
        columns.Find(name, expected, t => t is TextDataViewType
            || (t is VectorDataViewType { Size: > 0 } v && v.ItemType == NumberDataViewType.Single
            && (!columns.DimensionsKnown || (v.Dimensions.Length == 3 && v.Dimensions[0] == 3))));
}
