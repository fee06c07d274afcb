using System.Runtime.ExceptionServices;
using FFMpegCore;

namespace Alignment.MLNet.Ffmpeg;

sealed record VideoReadOptions
{
    // Frames are scaled to this size (area-averaged when shrinking); 0 = as shown, after rotation and in square pixels.
    public int Width { get; init; }

    public int Height { get; init; }

    // Frames are repeated or left out to this constant rate; null = every frame in the file, as it is.
    public FrameRate? Fps { get; init; }

    // Only these frames, counted by decoding from 0, ascending and each once; null = all. The taker's index then counts those handed out.
    // Reading ends with the last of them. Not together with Fps.
    public IReadOnlyList<long>? Only { get; init; }
}

/// <summary>One decoded frame: rows top to bottom, R G B bytes. The bytes are overwritten by the next frame. Return false to
/// stop.</summary>
delegate bool TakeFrame(long index, ReadOnlySpan<byte> rgb);

// Decodes a video frame by frame; one frame is held in memory.
static class VideoReader
{
    // take: called for every frame in order until it returns false. What it throws is thrown here.
    public static (long Frames, int Width, int Height) Read(string path, TakeFrame take, VideoReadOptions? options = null,
        FfmpegTools? tools = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(take);
        options ??= new();
        if (options.Only is { Count: 0 }) throw new ArgumentException("At least one frame is wanted.", nameof(options));
        tools ??= FfmpegTools.Find();
        var info = VideoProbe.Read(path, tools, cancellationToken);
        bool scaled = options.Width > 0 && options.Height > 0;
        int width = scaled ? options.Width : info.DisplayWidth, height = scaled ? options.Height : info.DisplayHeight;
        using var workspace = new FfmpegWorkspace();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sink = new RgbFrameSink(width * height * 3, take, enough);
        using var pipe = new FfmpegOutputPipe(sink.ReadAsync);
        bool failed = true;
        // Pixels that are wider than high: the picture is stretched, which averaging would do in steps.
        bool widened = !scaled && (width > info.FrameWidth || height > info.FrameHeight);
        string filter = FrameChoice.Option(Chain(options, width, height, widened), workspace, tools);
        try
        {
            FfmpegRun.Execute(Job(workspace.AddInput(path), pipe.Target, options, filter, tools.FpsModeOption),
                $"Reading the video '{SafePath.Shorten(path, 200)}'", tools, workspace, enough.Token);
            failed = false;
        }
        catch (Exception e) when (sink.Ended && !cancellationToken.IsCancellationRequested
            && e is AlignmentException or OperationCanceledException)
        {
            // We had enough and killed ffmpeg; that it complains is expected.
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            pipe.Finish(failed);
        }
        if (sink.Failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        return (sink.Count, width, height);
    }

    internal static string Chain(VideoReadOptions options, int width, int height, bool widened = false)
    {
        string rate = options.Fps is { } fps ? $"fps={fps}," : "", choice = options.Only is { } frames ? FrameChoice.Select(frames) : "";
        return Invariant(
            $"{choice}{rate}scale={width}:{height}:flags={(widened ? "bicubic" : "area")}+accurate_rnd+full_chroma_int+bitexact");
    }

    internal static FFMpegArgumentProcessor Job(string input, string output, VideoReadOptions options, string filter, string fpsMode)
    {
        // "V": a music file's cover picture is no video.
        string rate = options.Fps is null ? fpsMode + " passthrough " : "",
            most = options.Only is { } only ? Invariant($" -frames:v {only.Count}") : "",
            arguments = $"-map 0:V:0 -an -sn -dn {rate}{filter}{most} -f rawvideo -pix_fmt rgb24";
        // Where the picture's size changes on the way ffmpeg sets up its filters again, and "select" would count from 0 again; scaling
        // copes by itself.
        string reinit = options.Only is null ? "" : "-reinit_filter 0 ";
        return FFMpegArguments.FromFileInput(input, false,
            o => o.WithCustomArgument("-hide_banner -nostdin -v error " + reinit + FfmpegWorkspace.InputGuards))
            .OutputToFile(output, true, o => o.WithCustomArgument(arguments));
    }

    sealed class RgbFrameSink(int frameBytes, TakeFrame take, CancellationTokenSource enough)
    {
        public long Count { get; private set; }
        public bool Ended { get; private set; }
        public Exception? Failure { get; private set; }

        public async Task ReadAsync(Stream inputStream)
        {
            byte[] frame = new byte[frameBytes];
            while (await inputStream.ReadAtLeastAsync(frame, frameBytes, throwOnEndOfStream: false).ConfigureAwait(false) == frameBytes)
            {
                try
                {
                    if (take(Count++, frame)) continue;
                }
#pragma warning disable CA1031 // Whatever the caller's code throws is thrown again on the caller's thread.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    Failure = e;
                }
                Ended = true;
                await enough.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
    }
}
