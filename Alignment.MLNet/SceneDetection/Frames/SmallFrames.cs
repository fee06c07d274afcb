using System.Runtime.Intrinsics;

namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>Frames as the default detector looks at them, averaged to about 64 pixels of Y, Cb and Cr at full range, by ffmpeg, so that a
/// few thousand bytes a frame go through the pipe. Its exact arithmetic gives the same bytes on every processor.</summary>
sealed class SmallFrames
{
    // Length of the longer side, at most 3/2 of it.
    public const int Side = 64;

    // Rows of the source that are averaged into one, at least; of more, every other one is passed over before any work is done on them.
    const int LeastRows = 2;

    // B − Y is 1.772·(Cb − 128), R − Y 1.402·(Cr − 128); half of each is compared, so that the three planes weigh alike. In 1/65536.
    const short HalfBlue = (short)(0.886 / 2 * 65536), HalfRed = (short)(0.701 / 2 * 65536);

    public SmallFrames(int width, int height)
    {
        (Width, Height) = SizeOf(width, height);
        var filter = new System.Text.StringBuilder();
        for (int rows = height / 2; rows >= LeastRows * Height; rows /= 2) filter.Append("field=top,");
        Filter = filter.Append(CultureInfo.InvariantCulture, $"scale={Width}:{Height}:flags=area+accurate_rnd+bitexact:out_range=pc")
            .ToString();
        Frame = new() { Width = Width, Height = Height, Picture = new byte[Bytes + FrameShrink.Slack] };
    }

    public int Width { get; }

    public int Height { get; }

    public int Bytes => 3 * Width * Height;

    public string Filter { get; }

    public AnalysedFrame Frame { get; }

    public static (int Width, int Height) SizeOf(int width, int height)
    {
        double shrink = Math.Max(1, width / (double)FrameShrink.ComparedWidth);
        int w = Math.Min(width, FrameShrink.ComparedWidth), h = Math.Max(1, (int)Math.Round(height / shrink, MidpointRounding.ToEven));
        int factor = Math.Max(1, (int)Math.Round(Math.Max(w, h) / (double)Side));
        return (Math.Max(1, w / factor), Math.Max(1, h / factor));
    }

    // The Y, U and V planes as ffmpeg sent them, and FrameShrink.Slack more.
    public AnalysedFrame Take(long index, double seconds, ReadOnlySpan<byte> planes)
    {
        (Frame.Index, Frame.Seconds) = (index, seconds);
        int n = Width * Height;
        planes[..n].CopyTo(Frame.Picture);
        // In this order: what the first writes beyond its plane the second overwrites; the second's goes into the slack.
        Halve(planes, n, n, HalfBlue);
        Halve(planes, 2 * n, n, HalfRed);
        return Frame;
    }

    void Halve(ReadOnlySpan<byte> planes, int from, int count, short share)
    {
        Vector256<short> middle = Vector256.Create((short)128), factor = Vector256.Create(share), half = Vector256.Create((short)1);
        for (int i = 0; i < count; i += 16)
        {
            // ·4, then the upper half of the product with share/2, then ·½ rounded: at most 510·share fits a byte about its middle.
            var chroma = (Lanes.Widen(Vector128.Create(planes.Slice(from + i, 16))) - middle) << 2;
            var value = ((Lanes.MulHigh(chroma, factor) + half) >> 1) + middle;
            Vector128.Narrow(value.GetLower().AsUInt16(), value.GetUpper().AsUInt16()).StoreUnsafe(ref Frame.Picture[from + i]);
        }
    }
}
