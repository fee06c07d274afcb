namespace Alignment.Transforms.Attention.Saliency;

// 8-bit grey, in the integer arithmetic of OpenCV, so that a picture's grey levels are the same ones.
static class GreyPicture
{
    // BT.601 luma in units of 2⁻¹⁵.
    const int Red = 9798, Green = 19235, Blue = 3735, Shift = 15;

    // 0.299 R + 0.587 G + 0.114 B, rounded.
    public static void Of(ReadOnlySpan<byte> rgb, Span<byte> grey)
    {
        for (int i = 0, at = 0; i < grey.Length; i++, at += 3)
            grey[i] = (byte)((rgb[at] * Red + rgb[at + 1] * Green + rgb[at + 2] * Blue + (1 << (Shift - 1))) >> Shift);
    }

    /// <summary>Bilinear, half-pixel centres, edges clamped, no anti-aliasing; weights in units of 1/256, rounded once at the
    /// end.</summary>
    public static void Resize(ReadOnlySpan<byte> from, int width, int height, Span<byte> to, int toWidth, int toHeight)
    {
        Span<(int First, int Second, int Weight)> across = stackalloc (int, int, int)[toWidth];
        for (int x = 0; x < toWidth; x++) across[x] = Taps(x, width, toWidth);
        for (int y = 0, i = 0; y < toHeight; y++)
        {
            var (top, bottom, down) = Taps(y, height, toHeight);
            ReadOnlySpan<byte> a = from.Slice(top * width, width), b = from.Slice(bottom * width, width);
            for (int x = 0; x < toWidth; x++, i++)
            {
                var (left, right, w) = across[x];
                int upper = a[left] * (256 - w) + a[right] * w, lower = b[left] * (256 - w) + b[right] * w;
                to[i] = (byte)((upper * (256 - down) + lower * down + (1 << 15)) >> 16);
            }
        }
    }

    /// <summary>Two passes of the 3x3 kernel (1 2 1)ᵀ(1 2 1) / 16, rounded to 8 bits after each; the border is reflected without repeating
    /// the edge.</summary>
    public static void BlurTwice(Span<byte> grey, int width, int height, Span<byte> spare)
    {
        Blur(grey, spare, width, height);
        Blur(spare, grey, width, height);
    }

    static void Blur(ReadOnlySpan<byte> from, Span<byte> to, int width, int height)
    {
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> middle = from.Slice(y * width, width), above = from.Slice(Reflected.At(y - 1, height) * width, width),
                below = from.Slice(Reflected.At(y + 1, height) * width, width);
            Span<byte> row = to.Slice(y * width, width);
            int left = Down(above, middle, below, Reflected.At(-1, width)), here = Down(above, middle, below, 0);
            for (int x = 0; x < width; x++)
            {
                int right = Down(above, middle, below, x + 1 < width ? x + 1 : Reflected.At(x + 1, width));
                row[x] = (byte)((left + 2 * here + right + 8) >> 4);
                (left, here) = (here, right);
            }
        }
    }

    static int Down(ReadOnlySpan<byte> above, ReadOnlySpan<byte> middle, ReadOnlySpan<byte> below, int x) =>
        above[x] + 2 * middle[x] + below[x];

    static (int First, int Second, int Weight) Taps(int target, int from, int to)
    {
        double c = (target + 0.5) * from / to - 0.5;
        int p = (int)Math.Floor(c);
        if (p < 0) return (0, 0, 0);
        if (p >= from - 1) return (from - 1, from - 1, 0);
        return (p, p + 1, (int)Math.Round((c - p) * 256));
    }
}

// A border that mirrors the picture without repeating its edge: … c b | a b c d | c b …
static class Reflected
{
    public static int At(int i, int n)
    {
        if ((uint)i < (uint)n) return i;
        if (n == 1) return 0;
        int period = 2 * (n - 1), m = ((i % period) + period) % period;
        return m < n ? m : period - m;
    }
}
