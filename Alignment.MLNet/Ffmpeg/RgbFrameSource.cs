using System.Globalization;
using FFMpegCore.Pipes;

namespace Alignment.MLNet.Ffmpeg;

/// <summary>Feeds drawn frames to ffmpeg's pipe one at a time, with odd sides made even.</summary>
sealed class RgbFrameSource(int width, int height, FrameRate fps, long frames, OddSize odd, DrawFrame draw) : IPipeSource
{
    public FrameRate Fps => fps;

    public long Frames => frames;

    /// <summary>Width of the video: even.</summary>
    public int EvenWidth { get; } = Even(width, odd);

    /// <summary>Height of the video: even.</summary>
    public int EvenHeight { get; } = Even(height, odd);

    /// <summary>What the drawing threw, or null.</summary>
    public Exception? Failure { get; private set; }

    public string GetStreamArguments() =>
        string.Create(CultureInfo.InvariantCulture, $"-f rawvideo -pix_fmt rgb24 -s {EvenWidth}x{EvenHeight} -r {fps}");

    public async Task WriteAsync(Stream outputStream, CancellationToken cancellationToken)
    {
        byte[] drawn = new byte[width * height * 3];
        byte[] even = (EvenWidth, EvenHeight) == (width, height) ? drawn : new byte[EvenWidth * EvenHeight * 3];
        for (long i = 0; i < frames; i++)
        {
            try
            {
                draw(i, drawn);
            }
#pragma warning disable CA1031 // Whatever the caller's code throws is kept and thrown again on the caller's thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Failure = e;
                return;
            }
            if (even != drawn) Fit(drawn, even);
            await outputStream.WriteAsync(even, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Repeats or leaves out the last column and row.</summary>
    internal void Fit(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int y = 0; y < EvenHeight; y++)
        {
            var row = from.Slice(Math.Min(y, height - 1) * width * 3, width * 3);
            var made = to.Slice(y * EvenWidth * 3, EvenWidth * 3);
            row[..Math.Min(row.Length, made.Length)].CopyTo(made);
            if (EvenWidth > width) row[^3..].CopyTo(made[^3..]);
        }
    }

    static int Even(int side, OddSize odd) => odd == OddSize.Pad ? side + (side & 1) : side & ~1;
}
