using System.IO.Pipes;

namespace Alignment.MLNet.Ffmpeg;

/// <summary>A pipe that ffmpeg writes an output to, open until its reader has seen the end. FFMpegCore's own is closed when ffmpeg exits: a
/// slow reader would lose the last frames.</summary>
sealed class FfmpegOutputPipe : IDisposable
{
    // ffmpeg has ended: how long a connection it made may take to be seen, by whether it failed.
    static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(0.5), s_afterSuccess = TimeSpan.FromSeconds(30);

    readonly NamedPipeServerStream _pipe;
    readonly CancellationTokenSource _giveUp = new();
    readonly Task _reading;

    public FfmpegOutputPipe(Func<Stream, Task> read)
    {
        string name = "alignment-" + Guid.NewGuid().ToString("N");
        // .NET's names for its pipes on Unix, which are sockets.
        Target = OperatingSystem.IsWindows() ? $@"\\.\pipe\{name}" : "unix:" + Path.Combine(Path.GetTempPath(), "CoreFxPipe_" + name);
        _pipe = new(name, PipeDirection.In, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        _reading = Task.Run(async () =>
        {
            try
            {
                await _pipe.WaitForConnectionAsync(_giveUp.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                return;   // ffmpeg ended without opening its output: its own error tells.
            }
            try
            {
                await read(_pipe).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // ffmpeg was killed: likewise.
            }
        });
    }

    public string Target { get; }

    // ffmpeg has ended: waits until everything it wrote has been read.
    public void Finish(bool failed)
    {
        if (!_pipe.IsConnected) _giveUp.CancelAfter(failed ? s_afterFailure : s_afterSuccess);
        _reading.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _pipe.Dispose();
        _giveUp.Dispose();
    }
}
