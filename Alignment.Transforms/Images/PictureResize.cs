using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

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
        float[] rented = ArrayPool<float>.Shared.Rent(2 * n);
        try
        {
            var sum = rented.AsSpan(0, n);
            var row = rented.AsSpan(n, n);
            for (int y = 0; y < toHeight; y++)
            {
                var weights = down.Weights(y);
                for (int k = 0; k < weights.Length; k++)
                {
                    var source = from.Slice((down.First(y) + k) * n, n);
                    var target = k == 0 ? sum : row;
                    TensorPrimitives.ConvertTruncating(source, target);
                    if (divisor != 1f) TensorPrimitives.Divide(target, divisor, target);
                    if (k > 0) TensorPrimitives.MultiplyAdd(row, weights[k], sum, sum);
                    else if (weights[0] != 1f) TensorPrimitives.Multiply(sum, weights[0], sum);
                }
                if (grey) ToGrey(sum);
                for (int c = 0; c < planes; c++)
                    Across(sum[c..], planes, across, to.Slice((c * toHeight + y) * toWidth, toWidth));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    static void ToGrey(Span<float> row)
    {
        for (int x = 0; 3 * x < row.Length; x++) row[x] = RedWeight * row[3 * x] + GreenWeight * row[3 * x + 1] + BlueWeight * row[3 * x + 2];
    }

    static void Across(ReadOnlySpan<float> row, int step, AxisWeights across, Span<float> to)
    {
        for (int x = 0; x < to.Length; x++)
        {
            var weights = across.Weights(x);
            int at = across.First(x) * step;
            float sum = 0;
            foreach (float w in weights)
            {
                sum += w * row[at];
                at += step;
            }
            to[x] = sum;
        }
    }
}
