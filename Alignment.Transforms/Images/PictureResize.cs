using System.Numerics;

namespace Alignment.Transforms.Images;

/// <summary>The weights of resizing along an axis.</summary>
public enum ResizeFilter
{
    /// <summary>Each axis for itself: the area average where it shrinks (nothing aliases), bilinear where it grows.</summary>
    AreaOrBilinear,

    /// <summary>Two taps whatever the factor: no anti-aliasing when shrinking.</summary>
    Bilinear,
}

/// <summary>
/// Resizing in float, separable. With n source and m target positions and s = n / m: area – target i is the mean over [i s, (i+1) s);
/// bilinear – target i sits at (i + 0.5) s − 0.5 between its neighbours, clamped. OpenCV's INTER_AREA (reducing) and INTER_LINEAR.
/// </summary>
static class PictureResize
{
    public static void Planes(ReadOnlySpan<float> from, int channels, int height, int width, Span<float> to, int toHeight, int toWidth,
        ResizeFilter filter = ResizeFilter.AreaOrBilinear)
    {
        for (int c = 0; c < channels; c++)
            Interleaved(from.Slice(c * height * width, height * width), 1, height, width, divisor: 1f, grey: false,
                to.Slice(c * toHeight * toWidth, toHeight * toWidth), toHeight, toWidth, filter);
    }

    // ITU-R BT.601 luma, as OpenCV, Pillow and JPEG use.
    internal const float RedWeight = 0.299f, GreenWeight = 0.587f, BlueWeight = 0.114f;

    /// <summary>
    /// Interleaved samples to planes, divided by <paramref name="divisor"/>; with <paramref name="grey"/> three channels become one, where
    /// there are fewer values. A picture's values do not exceed white.
    /// </summary>
    internal static void Interleaved<T>(ReadOnlySpan<T> from, int channels, int height, int width, float divisor, bool grey, Span<float> to,
        int toHeight, int toWidth, ResizeFilter filter)
        where T : unmanaged, INumber<T>
    {
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels,
            "Pictures have one channel or three.");
        grey &= channels == 3;
        int n = width * channels, plane = toHeight * toWidth;
        AxisWeights down = AxisWeights.Of(height, toHeight, filter), across = AxisWeights.Of(width, toWidth, filter);
        float most = typeof(T) == typeof(byte) ? byte.MaxValue / divisor : typeof(T) == typeof(ushort) ? ushort.MaxValue / divisor
            : float.PositiveInfinity;
        int planes = grey ? 1 : channels, length = RowResize.Together * n;
        using var rented = new Rented<float>(2 * length);
        Span<float> rows = rented.Span[..length], lanes = rented.Span[length..];
        for (int y = 0; y < toHeight; y += RowResize.Together)
        {
            int count = Math.Min(RowResize.Together, toHeight - y);
            for (int r = 0; r < count; r++) Down(from, down, y + r, rows.Slice(r * n, n));
            if (grey) ToGrey(rows[..(count * n)]);
            RowResize.Interleave(rows, n, lanes);
            for (int c = 0; c < planes; c++) RowResize.Across(lanes[(c * RowResize.Together)..], channels, across, divisor, most,
                to.Slice(c * plane + y * toWidth, count * toWidth));
        }
    }

    static void Down<T>(ReadOnlySpan<T> from, AxisWeights down, int y, Span<float> to) where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<float> weights = down.Weights(y);
        RowResize.Down(from.Slice(down.First(y) * to.Length, weights.Length * to.Length), weights, to);
    }

    // Luma takes the place of red.
    static void ToGrey(Span<float> rows)
    {
        for (int x = 0; x + 2 < rows.Length; x += 3) rows[x] = RedWeight * rows[x] + GreenWeight * rows[x + 1] + BlueWeight * rows[x + 2];
    }
}
