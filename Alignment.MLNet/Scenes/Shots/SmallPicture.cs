using Alignment.MLNet.Scenes.Frames;

namespace Alignment.MLNet.Scenes.Shots;

/// <summary>
/// A frame as the default detector remembers it: about 64 pixels long, averaged, as Y, Cb and Cr planes one behind the other, with
/// what is needed to say how different two pictures with such values would be if they had nothing to do with each other.
/// </summary>
sealed class SmallPicture
{
    /// <summary>Length of the longer side, at most 3/2 of it.</summary>
    public const int Side = 64;

    // A border row or column no brighter than this is a letterbox bar.
    const int BarLuma = 20;
    // Histograms: 128 bins of two values.
    public const int Bins = 128;

    readonly int _factor;

    public SmallPicture(int width, int height)
    {
        _factor = FactorOf(width, height);
        (Width, Height) = (Math.Max(1, width / _factor), Math.Max(1, height / _factor));
        Count = Width * Height;
        (HalfWidth, HalfHeight) = (Math.Max(1, Width / 2), Math.Max(1, Height / 2));
        Planes = new byte[3 * Count + FrameShrink.Slack];
        Half = new byte[HalfWidth * HalfHeight + FrameShrink.Slack];
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Pixels of a plane.</summary>
    public int Count { get; }

    /// <summary>Y, Cb, Cr, each <see cref="Count"/> values; then slack.</summary>
    public byte[] Planes { get; }

    /// <summary>Y at half the size.</summary>
    public byte[] Half { get; }

    public int HalfWidth { get; }

    public int HalfHeight { get; }

    public long Index { get; private set; }

    public double Seconds { get; private set; }

    /// <summary>The picture inside letterbox bars: first and last row and column.</summary>
    public (int Top, int Bottom, int Left, int Right) Active { get; private set; }

    /// <summary>Mean |Y − mean Y| plus the same of Cb and Cr, inside the bars: 0 for a picture of one colour.</summary>
    public double Contrast { get; private set; }

    /// <summary>How often each pair of values occurs inside the bars, per plane.</summary>
    public int[] Histogram { get; } = new int[3 * Bins];

    public static int FactorOf(int width, int height) => Math.Max(1, (int)Math.Round(Math.Max(width, height) / (double)Side));

    /// <summary>Takes over a frame.</summary>
    public void Set(AnalysedFrame frame)
    {
        (Index, Seconds) = (frame.Index, frame.Seconds);
        int pixels = _factor * _factor;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int b = 0, g = 0, r = 0;
                for (int sy = 0; sy < _factor; sy++)
                {
                    int from = Math.Min(y * _factor + sy, frame.Height - 1) * frame.Width + x * _factor;
                    for (int at = from; at < from + _factor; at++)
                    {
                        b += frame.Blue[at];
                        g += frame.Green[at];
                        r += frame.Red[at];
                    }
                }
                // BT.601, as OpenCV's YCrCb, of the averages: blends of pictures stay blends.
                int luma = (29 * b + 150 * g + 77 * r) / (256 * pixels), i = y * Width + x;
                Planes[i] = (byte)luma;
                Planes[Count + i] = (byte)Math.Clamp((b / pixels - luma) / 2 + 128, 0, 255);
                Planes[2 * Count + i] = (byte)Math.Clamp((r / pixels - luma) / 2 + 128, 0, 255);
            }
        }
        for (int y = 0; y < HalfHeight; y++)
        {
            int up = Math.Min(2 * y, Height - 1) * Width, down = Math.Min(2 * y + 1, Height - 1) * Width;
            for (int x = 0; x < HalfWidth; x++)
            {
                int l = Math.Min(2 * x, Width - 1), rr = Math.Min(2 * x + 1, Width - 1);
                Half[y * HalfWidth + x] = (byte)((Planes[up + l] + Planes[up + rr] + Planes[down + l] + Planes[down + rr] + 2) >> 2);
            }
        }
        FindBars();
        Count3();
    }

    void FindBars()
    {
        int top = 0, bottom = Height - 1, left = 0, right = Width - 1;
        while (top < bottom && RowIsDark(top)) top++;
        while (bottom > top && RowIsDark(bottom)) bottom--;
        while (left < right && ColumnIsDark(left, top, bottom)) left++;
        while (right > left && ColumnIsDark(right, top, bottom)) right--;
        // A picture that is dark all over has no bars.
        Active = bottom - top < Height / 4 || right - left < Width / 4 ? (0, Height - 1, 0, Width - 1) : (top, bottom, left, right);
    }

    bool RowIsDark(int y) => !Planes.AsSpan(y * Width, Width).ContainsAnyExceptInRange((byte)0, (byte)BarLuma);

    bool ColumnIsDark(int x, int top, int bottom)
    {
        for (int y = top; y <= bottom; y++)
            if (Planes[y * Width + x] > BarLuma) return false;
        return true;
    }

    void Count3()
    {
        Array.Clear(Histogram);
        var (top, bottom, left, right) = Active;
        double contrast = 0;
        for (int plane = 0; plane < 3; plane++)
        {
            var counts = Histogram.AsSpan(plane * Bins, Bins);
            for (int y = top; y <= bottom; y++)
                foreach (byte value in Planes.AsSpan(plane * Count + y * Width + left, right - left + 1)) counts[value >> 1]++;
            long n = 0, sum = 0;
            for (int b = 0; b < Bins; b++)
            {
                n += counts[b];
                sum += (long)b * counts[b];
            }
            double mean = (double)sum / n, deviation = 0;
            for (int b = 0; b < Bins; b++) deviation += counts[b] * Math.Abs(b - mean);
            contrast += 2 * deviation / n;
        }
        Contrast = contrast;
    }
}
