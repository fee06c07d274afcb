using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Alignment.MLNet.Video;
using FFMpegCore;

namespace Alignment.MLNet.Scenes.Frames;

/// <summary>Takes one decoded frame: its number in decoding order, when it is shown, for how long (0 where the file does not say), and its bytes with slack behind them.</summary>
delegate void TakeDecoded(long index, double seconds, double duration, ReadOnlySpan<byte> frame);

/// <summary>
/// Streams a video's frames out of ffmpeg, every one exactly once, with the time at which it is shown. Frames come through one
/// pipe and their times through a second one of the same ffmpeg run, so that both are of the same decoded picture. While a
/// frame is worked on the next ones are read. 8-bit 4:2:0 comes as it was decoded, everything else as bgr24.
/// </summary>
static class DecodedFrames
{
    // Times are written in microseconds: fine enough for any rate we take, and a rate of 30000/1001 stays within 1e-6.
    const string Clock = "1:1000000";
    const int MostBuffers = 4;
    const long BufferBudget = 64 << 20;
    // Times that come in bundles are up to 32 KiB behind their frames: some 700 of them, which must find room here or both sides would wait for each other.
    const int LeastSmallBuffers = 2048;

    /// <summary>The layout in which <paramref name="info"/>'s frames are handed out. An odd height goes ffmpeg's other way to BGR, which is left to it.</summary>
    public static FrameLayout LayoutOf(VideoInfo info) =>
        info.PixelFormat is "yuv420p" or "yuvj420p" && info.DisplayHeight % 2 == 0 && info.DisplayWidth > 1 ? FrameLayout.Yuv420 : FrameLayout.Bgr24;

    /// <summary>How the frames' Y′CbCr is meant.</summary>
    public static YuvMatrix MatrixOf(VideoInfo info) => YuvMatrix.Of(info.ColorSpace, info.ColorRange == "pc" || info.PixelFormat == "yuvj420p");

    /// <summary>Hands out every frame, on the caller's thread.</summary>
    /// <returns>What ffmpeg complained about while it decoded, or null.</returns>
    /// <exception cref="BadDataException">ffmpeg could not decode any frame, or a frame would be too large.</exception>
    public static string? Read(string path, VideoInfo info, FrameForm form, TakeDecoded take, FfmpegTools tools, CancellationToken stop)
    {
        long bytes = form.Bytes;
        string subject = $"Reading the video '{SafePath.Shorten(path, 200)}'";
        if (bytes > int.MaxValue - FrameShrink.Slack)
            throw BadDataException.For(subject, string.Create(CultureInfo.InvariantCulture, $"frames of {info.DisplayWidth}x{info.DisplayHeight}"), "frames below 2 GiB", "Scale the video down first.");
        using var workspace = new FfmpegWorkspace();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var frames = new FramePipe((int)bytes, form.Small ? LeastSmallBuffers : (int)Math.Clamp(BufferBudget / bytes, 2, MostBuffers), ended.Token);
        var times = new TimePipe();
        string input = workspace.AddInput(path);
        using FfmpegOutputPipe framePipe = new(frames.ReadAsync), timePipe = new(times.ReadAsync);
        Exception? failure = null;
        var run = Task.Factory.StartNew(() =>
        {
            try
            {
                FfmpegRun.Execute(Job(input, framePipe.Target, timePipe.Target, form, tools.FpsModeOption), subject, tools, workspace, ended.Token);
            }
            catch (Exception e) when (e is AlignmentException or OperationCanceledException)
            {
                failure = e;
            }
            finally
            {
                // Only now is everything read that ffmpeg wrote.
                framePipe.Finish(failure is not null);
                timePipe.Finish(failure is not null);
                frames.End();
                times.End();
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        long count = 0;
        try
        {
            var clock = new FrameClock(info.Fps);
            while (frames.Next() is { } frame)
            {
                stop.ThrowIfCancellationRequested();
                var (seconds, duration) = clock.Next(times.Next());
                take(count++, seconds, duration, frame);
                frames.Return(frame);
            }
        }
        finally
        {
            // Also when the taker threw: ffmpeg must not outlive this call.
            if (!run.IsCompleted && count >= 0 && !frames.HasEnded) ended.Cancel();
            run.GetAwaiter().GetResult();
        }
        stop.ThrowIfCancellationRequested();
        if (failure is OperationCanceledException) ExceptionDispatchInfo.Throw(failure);
        // A truncated file gives what can be decoded and an error: the frames that are there count.
        if (failure is not null && count == 0) ExceptionDispatchInfo.Throw(failure);
        return failure?.Message;
    }

    internal static FFMpegArgumentProcessor Job(string input, string frames, string times, FrameForm form, string fpsMode)
    {
        // Small pictures are not worth a second thread's waking.
        string global = form.Small ? "-filter_threads 1 " : "";
        int flush = form.Small ? 0 : 1;
        return FFMpegArguments.FromFileInput(input, false, o => o.WithCustomArgument($"-hide_banner -nostdin -v error {global}" + FfmpegWorkspace.InputGuards))
            .OutputToMany(outputs => outputs
                .OutputToFile(frames, true, o => o.WithCustomArgument($"-map 0:V:0 -an -sn -dn {fpsMode} passthrough -f rawvideo {form.Options}"))
                .OutputToFile(times, true, o => o.WithCustomArgument($"-map 0:V:0 -an -sn -dn {fpsMode} passthrough -enc_time_base {Clock} -c:v wrapped_avframe -flush_packets {flush} -f framecrc")));
    }

    /// <summary>Frames from the pipe into a few buffers that go round.</summary>
    sealed class FramePipe
    {
        // Small frames are taken from the pipe many at a time.
        const int Chunk = 1 << 16;

        readonly Channel<byte[]> _free, _full;
        readonly int _bytes, _most;
        readonly CancellationToken _stop;
        int _made;

        public FramePipe(int bytes, int buffers, CancellationToken stop)
        {
            (_bytes, _most, _stop) = (bytes, buffers, stop);
            _free = Channel.CreateBounded<byte[]>(buffers);
            _full = Channel.CreateBounded<byte[]>(buffers);
        }

        /// <summary>True once ffmpeg has sent its last frame.</summary>
        public bool HasEnded { get; private set; }

        public async Task ReadAsync(Stream inputStream)
        {
            try
            {
                var stream = _bytes < Chunk / 2 ? new BufferedStream(inputStream, Chunk) : inputStream;   // the pipe is its owner's to close
                while (true)
                {
                    // As many as are needed, no more than allowed.
                    if (!_free.Reader.TryRead(out byte[]? buffer))
                        buffer = _made++ < _most ? new byte[_bytes + FrameShrink.Slack] : await _free.Reader.ReadAsync(_stop).ConfigureAwait(false);
                    if (await stream.ReadAtLeastAsync(buffer.AsMemory(0, _bytes), _bytes, throwOnEndOfStream: false, _stop).ConfigureAwait(false) < _bytes) break;
                    _full.Writer.TryWrite(buffer);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // Stopped, or ffmpeg died: its own error tells.
            }
            End();
        }

        public void End()
        {
            HasEnded = true;
            _full.Writer.TryComplete();
        }

        /// <summary>The next frame, or null at the end.</summary>
        public byte[]? Next()
        {
            if (_full.Reader.TryRead(out byte[]? frame)) return frame;
            return _full.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() && _full.Reader.TryRead(out frame) ? frame : null;
        }

        public void Return(byte[] frame) => _free.Writer.TryWrite(frame);
    }

    /// <summary>Times from the "framecrc" lines: stream, dts, pts, duration, size, checksum.</summary>
    sealed class TimePipe
    {
        const int Chunk = 1 << 15;

        readonly Channel<(long? Pts, long Duration)> _times = Channel.CreateUnbounded<(long?, long)>(new() { SingleReader = true, SingleWriter = false });

        public async Task ReadAsync(Stream inputStream)
        {
            try
            {
                byte[] buffer = new byte[Chunk];
                int held = 0;
                while (await inputStream.ReadAsync(buffer.AsMemory(held), CancellationToken.None).ConfigureAwait(false) is > 0 and int more)
                {
                    held += more;
                    int done = Lines(buffer.AsSpan(0, held));
                    // A line is some sixty bytes; one that fills the buffer is none of ffmpeg's.
                    if (done == 0 && held == Chunk) break;
                    buffer.AsSpan(done, held - done).CopyTo(buffer);
                    held -= done;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // As above.
            }
            End();
        }

        public void End() => _times.Writer.TryComplete();

        /// <summary>The next frame's time in microseconds; nothing where ffmpeg sent no more.</summary>
        public (long? Pts, long Duration) Next()
        {
            if (_times.Reader.TryRead(out var time)) return time;
            return _times.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() && _times.Reader.TryRead(out time) ? time : (null, 0);
        }

        /// <summary>Takes the whole lines.</summary>
        /// <returns>Their bytes.</returns>
        int Lines(ReadOnlySpan<byte> bytes)
        {
            int done = 0;
            while (bytes[done..].IndexOf((byte)'\n') is >= 0 and int length)
            {
                var line = bytes.Slice(done, length);
                if (length > 0 && line[0] != '#') _times.Writer.TryWrite(Parse(line));
                done += length + 1;
            }
            return done;
        }

        static (long? Pts, long Duration) Parse(ReadOnlySpan<byte> line)
        {
            line = Rest(Rest(line));
            return (Number(line) is > long.MinValue / 2 and long pts ? pts : null, Math.Max(0, Number(Rest(line)) ?? 0));
        }

        /// <summary>What is behind the next comma.</summary>
        static ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> line) => line.IndexOf((byte)',') is >= 0 and int comma ? line[(comma + 1)..] : [];

        static long? Number(ReadOnlySpan<byte> line)
        {
            var field = line.IndexOf((byte)',') is >= 0 and int comma ? line[..comma] : [];
            return long.TryParse(field.Trim((byte)' '), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n) ? n : null;
        }
    }
}
