using System.Buffers;
using System.Numerics;

namespace Alignment.Transforms.Attention.Saliency;

/// <summary>
/// Fine-grained saliency: how much brighter or darker a pixel is than the mean of boxes around it, over six sizes of boxes.
/// Montabone and Soto, "Human detection using a mobile platform and novel features derived from a visual saliency
/// mechanism" (Image and Vision Computing 28, 2010), with the choices and the 8-bit steps of OpenCV's
/// <c>StaticSaliencyFineGrained</c>. The boxes are so many pixels wide whatever the picture's size.
/// </summary>
sealed class FineGrained : ISaliencyPredictor
{
    // A box of n has the columns x − n + 1 … x + n and the rows likewise.
    static ReadOnlySpan<int> Boxes => [12, 24, 48, 28, 56, 112];

    /// <summary>The integral image is continued so far to the left (with zeros) and to the right (with its last column), that no box is
    /// clipped by hand.</summary>
    const int LeftMargin = 111, RightMargin = 112;

    public string Name => "fine_grained";

    public void Predict(ReadOnlySpan<byte> rgb, int width, int height, Span<float> map)
    {
        SaliencyPredictors.CheckSize(rgb, width, height, map);
        int n = width * height, stride = LeftMargin + width + 1 + RightMargin;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(2 * n);
        float[] floats = ArrayPool<float>.Shared.Rent(stride * (height + 1) + 2 * width);
        int[] ints = ArrayPool<int>.Shared.Rent(2 * n);
        try
        {
            Span<byte> grey = bytes.AsSpan(0, n);
            Span<int> on = ints.AsSpan(0, n), off = ints.AsSpan(n, n);
            on.Clear();
            off.Clear();
            GreyPicture.Of(rgb, grey);
            GreyPicture.BlurTwice(grey, width, height, bytes.AsSpan(n, n));
            Span<float> integral = floats.AsSpan(0, stride * (height + 1)), row = floats.AsSpan(stride * (height + 1), width),
                columns = floats.AsSpan(stride * (height + 1) + width, width);
            Integrate(grey, width, height, integral);
            foreach (int box in Boxes)
            {
                for (int x = 0; x < width; x++) columns[x] = Math.Min(x + box + 1, width) - Math.Max(x - box + 1, 0);
                for (int y = 0; y < height; y++)
                {
                    for (int x = 0; x < width; x++) row[x] = grey[y * width + x];
                    int top = Math.Max(y - box + 1, 0), bottom = Math.Min(y + box + 1, height);
                    Difference(row, integral.Slice(top * stride, stride), integral.Slice(bottom * stride, stride), box, columns,
                        bottom - top, on.Slice(y * width, width), off.Slice(y * width, width));
                }
            }
            Mix(on, off, map);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<float>.Shared.Return(floats);
            ArrayPool<int>.Shared.Return(ints);
        }
    }

    /// <summary>I(y, x): the sum over the rows above y and the columns left of x, in float32 as OpenCV has it, rounding above
    /// 2²⁴.</summary>
    static void Integrate(ReadOnlySpan<byte> grey, int width, int height, Span<float> integral)
    {
        int stride = LeftMargin + width + 1 + RightMargin;
        integral[..stride].Clear();
        for (int y = 0; y < height; y++)
        {
            Span<float> above = integral.Slice(y * stride, stride), row = integral.Slice((y + 1) * stride, stride);
            row[..(LeftMargin + 1)].Clear();
            float sum = 0;
            for (int x = 0; x < width; x++)
            {
                sum += grey[y * width + x];
                row[LeftMargin + 1 + x] = above[LeftMargin + 1 + x] + sum;
            }
            row[(LeftMargin + 1 + width)..].Fill(row[LeftMargin + width]);
        }
    }

    /// <summary>Adds trunc(g − mean) to on where it is positive, and trunc(mean − g) to off; the mean leaves the pixel itself
    /// out.</summary>
    static void Difference(ReadOnlySpan<float> grey, ReadOnlySpan<float> top, ReadOnlySpan<float> bottom, int box,
        ReadOnlySpan<float> columns, int rows, Span<int> on, Span<int> off)
    {
        int width = grey.Length, left = LeftMargin - box + 1, right = LeftMargin + box + 1, lanes = Vector<float>.Count, x = 0;
        for (; x + lanes <= width; x += lanes)
        {
            Vector<float> g = new(grey[x..]);
            Vector<float> sum = new Vector<float>(bottom[(right + x)..])
                + new Vector<float>(top[(left + x)..]) - new Vector<float>(bottom[(left + x)..]) - new Vector<float>(top[(right + x)..]);
            Vector<float> over = g - (sum - g) / (new Vector<float>(columns[x..]) * rows - Vector<float>.One);
            Vector<int> difference = Vector.ConvertToInt32(over);   // truncates
            ref Vector<int> onHere = ref MemoryMarshal.Cast<int, Vector<int>>(on[x..])[0],
                offHere = ref MemoryMarshal.Cast<int, Vector<int>>(off[x..])[0];
            onHere += Vector.Max(difference, Vector<int>.Zero);
            offHere += Vector.Max(-difference, Vector<int>.Zero);
        }
        for (; x < width; x++)
        {
            float others = columns[x] * rows - 1;
            if (others == 0) continue;   // a picture of one pixel
            int difference = (int)(grey[x] - (bottom[right + x] + top[left + x] - bottom[left + x] - top[right + x] - grey[x]) / others);
            on[x] += Math.Max(difference, 0);
            off[x] += Math.Max(-difference, 0);
        }
    }

    // on and off each stretched to 0 … 255, added, and stretched again; truncated at every step.
    static void Mix(ReadOnlySpan<int> on, ReadOnlySpan<int> off, Span<float> map)
    {
        int largestOn = 0, largestOff = 0;
        foreach (int v in on) largestOn = Math.Max(largestOn, v);
        foreach (int v in off) largestOff = Math.Max(largestOff, v);
        int largest = Math.Max(Stretch(largestOn, largestOn), Stretch(largestOff, largestOff));
        for (int i = 0; i < map.Length; i++)
            map[i] = Math.Min(255, Stretch(Stretch(on[i], largestOn) + Stretch(off[i], largestOff), largest)) / 255f;
    }

    static int Stretch(int value, int largest) => largest == 0 ? 0 : (int)(255.0 * (value / (float)largest));
}
