using FFMpegCore.Pipes;

namespace Alignment.MLNet.Ffmpeg;

// Feeds drawn frames to ffmpeg's pipe one at a time, with odd sides made even.
sealed class RgbFrameSource(VideoFormat format, OddSize odd, DrawFrame draw) : IPipeSource
{
    public VideoFormat Format => format;

    public int EvenWidth { get; } = Even(format.Width, odd);

    public int EvenHeight { get; } = Even(format.Height, odd);

    public Exception? Failure { get; private set; }

    public string GetStreamArguments() =>
        Invariant($"-f rawvideo -pix_fmt rgb24 -s {EvenWidth}x{EvenHeight} -r {format.Fps}");

    public async Task WriteAsync(Stream outputStream, CancellationToken cancellationToken)
    {
        byte[] drawn = new byte[format.Width * format.Height * 3];
        byte[] even = (EvenWidth, EvenHeight) == (format.Width, format.Height) ? drawn : new byte[EvenWidth * EvenHeight * 3];
        for (long i = 0; i < format.Frames; i++)
        {
            try
            {
                draw(i, drawn);
            }
#pragma warning disable CA1031 // Whatever the caller's code throws is thrown again on the caller's thread.
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

    internal void Fit(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var (width, height, _, _) = format;
        for (int y = 0; y < EvenHeight; y++)
        {
            var row = from.Slice(Math.Min(y, height - 1) * width * 3, width * 3);
            var target = to.Slice(y * EvenWidth * 3, EvenWidth * 3);
            row[..Math.Min(row.Length, target.Length)].CopyTo(target);
            if (EvenWidth > width) row[^3..].CopyTo(target[^3..]);
        }
    }

    static int Even(int side, OddSize odd) => odd == OddSize.Pad ? side + (side & 1) : side & ~1;
}
