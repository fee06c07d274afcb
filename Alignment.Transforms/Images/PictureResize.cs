using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Alignment.Transforms.Images;

/// <summary>Which weights resizing takes along an axis.</summary>
public enum ResizeFilter
{
    /// <summary>
    /// Each axis for itself: the area average where it shrinks (every source pixel weighted by its overlap with the
    /// target pixel; nothing is skipped, nothing aliases), bilinear where it grows, the same values where it stays.
    /// </summary>
    AreaOrBilinear,

    /// <summary>Bilinear on both axes, two taps whatever the factor: no anti-aliasing when shrinking.</summary>
    Bilinear,
}

/// <summary>
/// Resizing in float, separable, without rounding in between. With n source and m target positions and s = n / m:
/// area – target i is the mean over [i s, (i+1) s); bilinear – target i sits at (i + 0.5) s − 0.5 between its two
/// neighbours, clamped to the picture. These are OpenCV's INTER_AREA (reducing) and INTER_LINEAR.
/// </summary>
public static class PictureResize
{
    /// <summary>Resizes planes [<paramref name="channels"/>,H,W] into <paramref name="to"/> [<paramref name="channels"/>,toHeight,toWidth].</summary>
    public static void Planes(ReadOnlySpan<float> from, int channels, int height, int width, Span<float> to, int toHeight, int toWidth, ResizeFilter filter = ResizeFilter.AreaOrBilinear)
    {
        for (int c = 0; c < channels; c++)
            Interleaved(from.Slice(c * height * width, height * width), 1, height, width, divisor: 1f, grey: false, to.Slice(c * toHeight * toWidth, toHeight * toWidth), toHeight, toWidth, filter);
    }

    /// <summary>ITU-R BT.601 luma, the weights OpenCV, Pillow and JPEG itself use.</summary>
    internal const float RedWeight = 0.299f, GreenWeight = 0.587f, BlueWeight = 0.114f;

    /// <summary>
    /// Resizes interleaved samples, each divided by <paramref name="divisor"/>, into planes; with <paramref name="grey"/>
    /// three channels become one (which commutes with resizing, and is done where there are fewer values).
    /// </summary>
    internal static void Interleaved<T>(ReadOnlySpan<T> from, int channels, int height, int width, float divisor, bool grey, Span<float> to, int toHeight, int toWidth, ResizeFilter filter)
        where T : unmanaged, INumber<T>
    {
        grey &= channels == 3;
        int planes = grey ? 1 : channels, n = width * channels;
        var down = AxisWeights.Of(height, toHeight, filter);
        var across = AxisWeights.Of(width, toWidth, filter);
        float[] rented = ArrayPool<float>.Shared.Rent(n + 1);   // one more: three channels are read four at a time
        try
        {
            rented[n] = 0;
            var sum = rented.AsSpan(0, n);
            int plane = toHeight * toWidth;
            for (int y = 0; y < toHeight; y++)
            {
                var weights = down.Weights(y);
                for (int k = 0; k < weights.Length; k++) Weigh(from.Slice((down.First(y) + k) * n, n), divisor, weights[k], add: k > 0, sum);
                if (grey) ToGrey(sum);
                int at = y * toWidth;
                if (planes == 1) RowResize.Across(sum[..width], across, to.Slice(at, toWidth));
                else if (planes == 3) RowResize.AcrossRgb(rented.AsSpan(0, n + 1), across, to.Slice(at, toWidth), to.Slice(plane + at, toWidth), to.Slice(2 * plane + at, toWidth));
                else throw new ArgumentOutOfRangeException(nameof(channels), channels, "Pictures have one channel or three.");
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    static void Weigh<T>(ReadOnlySpan<T> from, float divisor, float weight, bool add, Span<float> to) where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(byte)) RowResize.Weigh(MemoryMarshal.Cast<T, byte>(from), divisor, weight, add, to);
        else if (typeof(T) == typeof(ushort)) RowResize.Weigh(MemoryMarshal.Cast<T, ushort>(from), divisor, weight, add, to);
        else if (typeof(T) == typeof(float)) RowResize.Weigh(MemoryMarshal.Cast<T, float>(from), divisor, weight, add, to);
        else throw new NotSupportedException($"Samples of type {typeof(T).Name}.");
    }

    static void ToGrey(Span<float> row)
    {
        for (int x = 0; 3 * x < row.Length; x++) row[x] = RedWeight * row[3 * x] + GreenWeight * row[3 * x + 1] + BlueWeight * row[3 * x + 2];
    }
}
