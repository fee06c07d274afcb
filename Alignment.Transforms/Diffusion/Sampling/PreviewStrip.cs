using Alignment.Transforms.Images;

namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>An edit's way as one picture: the scene, what the model took it for at some steps, and what it became, side by side at half the
/// edit's size.</summary>
static class PreviewStrip
{
    // White pixels between two.
    const int Gap = 2;

    /// <param name="before">The scene, [3,height,width] in 0..1.</param>
    /// <param name="guesses">In the order of the steps.</param>
    /// <param name="after">The edit, of the scene's size.</param>
    public static RgbPicture Of(PlanarPicture before, IReadOnlyList<PlanarPicture> guesses, PlanarPicture after)
    {
        PlanarPicture[] all = [Half(before), .. guesses, Half(after)];
        int high = all.Max(p => p.Height), wide = all.Sum(p => p.Width) + Gap * (all.Length - 1), left = 0;
        byte[] strip = new byte[3 * wide * high];
        strip.AsSpan().Fill(byte.MaxValue);
        foreach (var (picture, w, h) in all)
        {
            for (int c = 0, at = 0; c < 3; c++)
                for (int y = 0; y < h; y++)
                    for (int x = 0; x < w; x++, at++) strip[3 * (y * wide + left + x) + c] =
                        (byte)Math.Clamp((int)MathF.Floor(255 * picture[at] + 0.5f), 0, 255);
            left += w + Gap;
        }
        return new(wide, high, strip);
    }

    // Means of four pixels.
    static PlanarPicture Half(PlanarPicture whole)
    {
        var (picture, width, height) = whole;
        int w = Math.Max(1, width / 2), h = Math.Max(1, height / 2);
        float[] half = new float[3 * w * h];
        for (int c = 0, at = 0; c < 3; c++)
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++, at++)
                {
                    int top = c * width * height + 2 * y * width + 2 * x;
                    half[at] = (picture[top] + picture[top + 1] + picture[top + width] + picture[top + width + 1]) / 4;
                }
        return new(half, w, h);
    }
}
