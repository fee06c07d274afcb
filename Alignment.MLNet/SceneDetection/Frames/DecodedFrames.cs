using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Alignment.MLNet.Ffmpeg;
using FFMpegCore;

namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>Takes one decoded frame: its number in decoding order, when it is shown, for how long (0 where the file does not say), and its
/// bytes with slack behind them.</summary>
delegate void TakeDecoded(long index, double seconds, double duration, ReadOnlySpan<byte> frame);

/// <summary>Streams a video's frames out of ffmpeg, every one exactly once, with the time at which it is shown. Frames and times come
/// through two pipes of one ffmpeg run, so that both are of the same decoded picture; the next frames are read meanwhile. 8-bit 4:2:0 comes
/// as it was decoded, everything else as bgr24.</summary>
static class DecodedFrames
{
    // Times are written in microseconds: fine enough for any rate we take, and a rate of 30000/1001 stays within 1e-6.
    const string Clock = "1:1000000";
    const int MostBuffers = 4;
    const long BufferBudget = 64 << 20;
    // Times that come in bundles are up to 32 KiB behind their frames: some 700 of them, which must find room here or both sides would wait
    // for each other.
    const int LeastSmall = 2048, SmallInBuffer = 64;
    // Up to this size two decoding threads take as long as one, and half as much again of the processor (measured at 640x360).
    const int OneThreadPixels = 640 * 480;

    // The layout in which info's frames are handed out. An odd height goes ffmpeg's other way to BGR, which is left to it.
    public static FrameLayout LayoutOf(VideoInfo info) =>
        info.PixelFormat is "yuv420p" or "yuvj420p" && info.FrameHeight % 2 == 0 && info.FrameWidth > 1 ? FrameLayout.Yuv420
        : FrameLayout.Bgr24;

    public static YuvMatrix MatrixOf(VideoInfo info) =>
        YuvMatrix.Of(info.ColorSpace, info.ColorRange == "pc" || info.PixelFormat == "yuvj420p");

    // Hands out every frame, on the caller's thread. Returns what ffmpeg failed with after some frames, or null; and whether it complained
    // of frames although it went on.
    public static (string? Failure, bool Damaged) Read(string path, VideoInfo info, FrameForm form, TakeDecoded take, FfmpegTools tools,
        CancellationToken cancellationToken)
    {
        long bytes = form.Bytes;
        string subject = $"Reading the video '{SafePath.Shorten(path, 200)}'";
        if (bytes > int.MaxValue - FrameShrink.Slack)
            throw BadDataException.For(subject, $"frames of {info.FrameWidth}x{info.FrameHeight}", "frames below 2 GiB",
                "Scale the video down first.");
        using var workspace = new FfmpegWorkspace();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var frames = form.Small
            ? new FramePipe((int)bytes, SmallInBuffer, LeastSmall / SmallInBuffer, ended.Token)
            : new FramePipe((int)bytes, 1, (int)Math.Clamp(BufferBudget / bytes, 2, MostBuffers), ended.Token);
        var times = new TimePipe();
        string input = workspace.AddInput(path);
        using FfmpegOutputPipe framePipe = new(frames.ReadAsync), timePipe = new(times.ReadAsync);
        Exception? failure = null;
        bool damaged = false;
        var run = Task.Factory.StartNew(() =>
        {
            try
            {
                damaged = FfmpegRun.Execute(Job(input, framePipe.Target, timePipe.Target, form,
                    (long)info.Width * info.Height <= OneThreadPixels, tools.FpsModeOption), subject, tools, workspace,
                    ended.Token).Count > 0;
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
            for (var frame = frames.Next(); !frame.IsEmpty; frame = frames.Next())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (seconds, duration) = clock.Next(times.Next());
                take(count++, seconds, duration, frame);
            }
        }
        finally
        {
            // Also when the taker threw: ffmpeg must not outlive this call.
            if (!run.IsCompleted && count >= 0 && !frames.HasEnded) ended.Cancel();
            run.GetAwaiter().GetResult();
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (failure is OperationCanceledException) ExceptionDispatchInfo.Throw(failure);
        // A truncated file gives what can be decoded and an error: the frames that are there count.
        if (failure is not null && count == 0) ExceptionDispatchInfo.Throw(failure);
        return (failure?.Message, damaged);
    }

    internal static FFMpegArgumentProcessor Job(string input, string frames, string times, FrameForm form, bool oneThread, string fpsMode)
    {
        // Small pictures are not worth a second thread's waking, nor a write of their own.
        string global = form.Small ? "-filter_threads 1 " : "", decoder = oneThread ? "-threads 1 " : "";
        int flush = form.Small ? 0 : 1;
        return FFMpegArguments.FromFileInput(input, false,
            o => o.WithCustomArgument($"-hide_banner -nostdin -v error {global}{decoder}" + FfmpegWorkspace.InputGuards))
            .OutputToMany(outputs => outputs
                .OutputToFile(frames, true,
                o => o.WithCustomArgument(
                $"-map 0:V:0 -an -sn -dn {fpsMode} passthrough -flush_packets {flush} -f rawvideo {form.Options}"))
                .OutputToFile(times, true, o => o.WithCustomArgument($"-map 0:V:0 -an -sn -dn {fpsMode} passthrough -enc_time_base "
                    + $"{Clock} -c:v wrapped_avframe -flush_packets {flush} -f framecrc")));
    }

    // Frames from the pipe into a few buffers that go round, small ones many to a buffer: a thread's waking costs more than looking at one.
    sealed class FramePipe
    {
        readonly Channel<Bundle> _free, _full;
        readonly int _bytes, _frames, _most;
        readonly CancellationToken _cancellationToken;
        int _created, _given;
        Bundle? _open;

        public FramePipe(int bytes, int frames, int buffers, CancellationToken cancellationToken)
        {
            (_bytes, _frames, _most, _cancellationToken) = (bytes, frames, buffers, cancellationToken);
            _free = Channel.CreateBounded<Bundle>(buffers);
            _full = Channel.CreateBounded<Bundle>(buffers);
        }

        public bool HasEnded { get; private set; }

        // Reads on a thread of its own: a blocking read costs a fraction of an asynchronous one, and the pool's few threads stay free.
        public Task ReadAsync(Stream inputStream) => Task.Factory.StartNew(() => Read(inputStream), CancellationToken.None,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);

        void Read(Stream stream)
        {
            try
            {
                for (bool more = true; more;)
                {
                    Bundle bundle = Free();
                    bundle.Count = stream.ReadAtLeast(bundle.Bytes.AsSpan(0, _frames * _bytes), _frames * _bytes, throwOnEndOfStream: false)
                        / _bytes;
                    more = bundle.Count == _frames;
                    if (bundle.Count > 0) _full.Writer.TryWrite(bundle);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // Stopped, or ffmpeg died: its own error tells.
            }
            End();
        }

        Bundle Free()
        {
            if (_free.Reader.TryRead(out Bundle? bundle)) return bundle;
            return _created++ < _most ? new(new byte[_frames * _bytes + FrameShrink.Slack])
                : _free.Reader.ReadAsync(_cancellationToken).AsTask().GetAwaiter().GetResult();
        }

        public void End()
        {
            HasEnded = true;
            _full.Writer.TryComplete();
        }

        // The next frame and the slack behind it, good until the next call; empty at the end.
        public ReadOnlySpan<byte> Next()
        {
            if (_open is not null && _given == _open.Count)
            {
                _free.Writer.TryWrite(_open);
                _open = null;
            }
            if (_open is null)
            {
                if (!_full.Reader.TryRead(out _open) && !(_full.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter()
                    .GetResult() && _full.Reader.TryRead(out _open))) return [];
                _given = 0;
            }
            return _open.Bytes.AsSpan(_given++ * _bytes, _bytes + FrameShrink.Slack);
        }

        sealed class Bundle(byte[] bytes)
        {
            public byte[] Bytes => bytes;

            public int Count { get; set; }
        }
    }

    // Times from the "framecrc" lines: stream, dts, pts, duration, size, checksum.
    sealed class TimePipe
    {
        const int Chunk = 1 << 15;

        readonly Channel<(long? Pts, long Duration)> _times = Channel.CreateUnbounded<(long?,
            long)>(new() { SingleReader = true, SingleWriter = false });

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

        public (long? Pts, long Duration) Next()
        {
            if (_times.Reader.TryRead(out var time)) return time;
            return _times.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult()
                && _times.Reader.TryRead(out time) ? time : (null, 0);
        }

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

        static ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> line) => line.IndexOf((byte)',') is >= 0 and int comma ? line[(comma + 1)..] : [];

        static long? Number(ReadOnlySpan<byte> line)
        {
            var field = line.IndexOf((byte)',') is >= 0 and int comma ? line[..comma] : [];
            return long.TryParse(field.Trim((byte)' '), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n) ? n : null;
        }
    }
}
