using Alignment.Transforms.Images;

namespace Alignment.MLNet.Charts;

// Draws over a still what else is known of it.
static class SheetDrawing
{
    // Dark blue over magenta and orange to light yellow: brightness rises all the way, so it reads in grey too.
    static readonly (float R, float G, float B)[] s_colours = [(10, 8, 60), (90, 20, 110), (185, 45, 95), (240, 110, 40), (252, 190, 60),
        (252, 250, 170)];

    // Lays attention (0..1) as colour over the grey of picture.
    public static void Attention(RgbPicture picture, ReadOnlySpan<float> attention)
    {
        const float share = 0.7f;   // of the colour; the rest is the picture
        byte[] p = picture.Pixels;
        for (int i = 0; i < attention.Length; i++)
        {
            float at = Math.Clamp(attention[i], 0, 1) * (s_colours.Length - 1);
            int k = Math.Min((int)at, s_colours.Length - 2);
            float f = at - k, grey = 0.299f * p[3 * i] + 0.587f * p[3 * i + 1] + 0.114f * p[3 * i + 2];
            p[3 * i] = Mix(s_colours[k].R, s_colours[k + 1].R);
            p[3 * i + 1] = Mix(s_colours[k].G, s_colours[k + 1].G);
            p[3 * i + 2] = Mix(s_colours[k].B, s_colours[k + 1].B);

            byte Mix(float low, float high) => (byte)(share * (low + f * (high - low)) + (1 - share) * grey);
        }
    }

    // Draws the border of a region (above 0.5 inside) just outside of it.
    public static void Outline(RgbPicture picture, ReadOnlySpan<float> region, int thickness)
    {
        var (r, g, b) = ((byte)0, (byte)230, (byte)180);
        int width = picture.Width, height = picture.Height;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                if (region[y * width + x] > 0.5f || !IsNear(region, x, y)) continue;
                int at = 3 * (y * width + x);
                (picture.Pixels[at], picture.Pixels[at + 1], picture.Pixels[at + 2]) = (r, g, b);
            }

        bool IsNear(ReadOnlySpan<float> region, int x, int y)
        {
            for (int v = Math.Max(0, y - thickness); v <= Math.Min(height - 1, y + thickness); v++)
                for (int u = Math.Max(0, x - thickness); u <= Math.Min(width - 1, x + thickness); u++)
                    if (region[v * width + u] > 0.5f) return true;
            return false;
        }
    }
}
