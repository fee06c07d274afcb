using Alignment.Transforms.Images;

namespace Alignment.MLNet.Audit;

// A small copy of a picture, as text that can stand in a page.
static class Thumbnail
{
    const int MostWidth = 150, MostHeight = 150, JpegQuality = 72;

    // Okabe and Ito's orange between two dark lines: seen on any picture, by anyone.
    static readonly byte[] s_outline = [230, 159, 0];

    public static (string Address, int Width, int Height)? Of(AuditPicture picture)
    {
        try
        {
            PictureHeader header = PictureFile.ReadHeader(picture.Path);
            double scale = Math.Min((double)MostWidth / header.Width, (double)MostHeight / header.Height);
            int width = Math.Max(1, (int)Math.Round(header.Width * scale)), height = Math.Max(1, (int)Math.Round(header.Height * scale));
            float[] planes = new float[3 * width * height];
            PictureFile.ReadRgb(picture.Path, width, height, planes);
            RgbPicture small = RgbPicture.FromPlanes(planes, width, height);
            if (picture.Mask is { } mask) Outline(small, mask);
            return ("data:image/jpeg;base64," + Convert.ToBase64String(JpegCodec.Rgb(small.Pixels, width, height, JpegQuality)), width,
                height);
        }
        catch (Exception e) when (e is BadDataException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static void Outline(RgbPicture picture, string path)
    {
        int width = picture.Width, height = picture.Height;
        float[] mask = new float[width * height];
        PictureFile.ReadGrey(path, width, height, mask);
        bool Product(int x, int y) => (uint)x < (uint)width && (uint)y < (uint)height && mask[y * width + x] > 0.5f;
        byte[] from = (byte[])picture.Pixels.Clone();
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                bool inside = Product(x, y), edge = false, near = false;
                for (int dy = -2; dy <= 2; dy++)
                    for (int dx = -2; dx <= 2; dx++)
                    {
                        if (Product(x + dx, y + dy) == inside) continue;
                        near = true;
                        edge |= Math.Abs(dx) + Math.Abs(dy) <= 1;
                    }
                if (!near) continue;
                for (int c = 0; c < 3; c++)
                    picture.Pixels[3 * (y * width + x) + c] = edge ? s_outline[c] : (byte)(from[3 * (y * width + x) + c] / 3);
            }
    }
}
