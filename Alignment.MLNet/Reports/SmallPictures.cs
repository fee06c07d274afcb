using Alignment.MLNet.Charts;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Reports;

// A picture as text that can stand in a page.
readonly record struct SmallPicture(string Address, string Width, string Height);

// Small copies of a scene's pictures, JPEGs in data addresses. What cannot be read is null, and remembered.
sealed class SmallPictures(int mostWidth, int quality)
{
    // Tall pictures (9:16 and slimmer) must not make the page endless.
    const double MostTall = 16.0 / 9;
    readonly List<string> _unreadable = [];
    public IReadOnlyList<string> Unreadable => _unreadable;

    public void Forget() => _unreadable.Clear();

    public SmallPicture? Of(string path) => Try(() =>
    {
        var (picture, _) = Read(path);
        return Text(picture);
    });

    public SmallPicture? Control(string source, string? region, string map) => Try(() =>
    {
        var (picture, _) = Read(source);
        float[] values = new float[picture.Width * picture.Height];
        MapFile.Read(map, picture.Width, picture.Height, values);
        SheetDrawing.Attention(picture, values);
        Outline(picture, region, values);
        return Text(picture);
    });

    public SmallPicture? Source(string source, string? region) => Try(() =>
    {
        var (picture, _) = Read(source);
        Outline(picture, region, new float[picture.Width * picture.Height]);
        return Text(picture);
    });

    static void Outline(RgbPicture picture, string? region, float[] values)
    {
        if (region is null || !File.Exists(region)) return;
        PictureFile.ReadGrey(region, picture.Width, picture.Height, values);
        SheetDrawing.Outline(picture, values, thickness: 1);
    }

    (RgbPicture Picture, PictureHeader Header) Read(string path)
    {
        PictureHeader header = PictureFile.ReadHeader(path);
        double scale = Math.Min(1, Math.Min((double)mostWidth / header.Width, mostWidth * MostTall / header.Height));
        int width = Math.Max(1, (int)Math.Round(header.Width * scale)), height = Math.Max(1, (int)Math.Round(header.Height * scale));
        float[] planes = new float[3 * width * height];
        PictureFile.ReadRgb(path, width, height, planes);
        return (RgbPicture.FromPlanes(planes, width, height), header);
    }

    SmallPicture Text(RgbPicture picture) => new("data:image/jpeg;base64,"
        + Convert.ToBase64String(JpegCodec.Rgb(picture.Pixels, picture.Width, picture.Height, quality)),
        FormattableString.Invariant($"{picture.Width}"), FormattableString.Invariant($"{picture.Height}"));

    SmallPicture? Try(Func<SmallPicture> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            if (!_unreadable.Contains(e.Message)) _unreadable.Add(e.Message);
            return null;
        }
    }
}
