using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>A frame as the default detector remembers it, averaged to about 64 pixels: Y and two colour differences, and what tells how
/// different two unrelated pictures of such values would be.</summary>
sealed class SmallPicture
{
    // A border row or column no brighter than this is a letterbox bar.
    const int BarLuma = 20;
    // Histograms: 128 bins of two values.
    public const int Bins = 128;

    public SmallPicture(int width, int height)
    {
        (Width, Height) = (width, height);
        Count = Width * Height;
        (HalfWidth, HalfHeight) = (Math.Max(1, Width / 2), Math.Max(1, Height / 2));
        Planes = new byte[3 * Count + FrameShrink.Slack];
        Half = new byte[HalfWidth * HalfHeight + FrameShrink.Slack];
    }

    public int Width { get; }

    public int Height { get; }

    public int Count { get; }

    // Y, Cb, Cr, each Count values; then slack.
    public byte[] Planes { get; }

    public byte[] Half { get; }

    public int HalfWidth { get; }

    public int HalfHeight { get; }

    public long Index { get; private set; }

    public double Seconds { get; private set; }

    // The picture inside letterbox bars: first and last row and column.
    public (int Top, int Bottom, int Left, int Right) Active { get; private set; }

    // Mean |Y − mean Y| plus the same of Cb and Cr, inside the bars: 0 for a picture of one colour.
    public double Contrast { get; private set; }

    // Per plane, how many pixels inside the bars lie in a bin or below it.
    public short[] Cumulative { get; } = new short[3 * Bins];

    // Per plane, the sum of Cumulative, and that of its upper half.
    public (int All, int Upper)[] CumulativeSums { get; } = new (int, int)[3];

    public void Set(AnalysedFrame frame)
    {
        (Index, Seconds) = (frame.Index, frame.Seconds);
        frame.Picture.AsSpan(0, 3 * Count).CopyTo(Planes);
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
        var (top, bottom, left, right) = Active;
        Span<int> counts = stackalloc int[Bins];
        double contrast = 0;
        for (int plane = 0; plane < 3; plane++)
        {
            counts.Clear();
            for (int y = top; y <= bottom; y++)
                foreach (byte value in Planes.AsSpan(plane * Count + y * Width + left, right - left + 1)) counts[value >> 1]++;
            int n = 0, all = 0, upper = 0;
            long sum = 0;
            for (int b = 0; b < Bins; b++)
            {
                n += counts[b];
                sum += (long)b * counts[b];
                Cumulative[plane * Bins + b] = (short)n;
                all += n;
                if (b >= Bins / 2) upper += n;
            }
            CumulativeSums[plane] = (all, upper);
            double mean = (double)sum / n, deviation = 0;
            for (int b = 0; b < Bins; b++) deviation += counts[b] * Math.Abs(b - mean);
            contrast += 2 * deviation / n;
        }
        Contrast = contrast;
    }
}
