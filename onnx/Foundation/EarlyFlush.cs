using Microsoft.Win32.SafeHandles;

namespace Alignment;

/// <summary>
/// Flushes a large file from another thread while it is written; the system starts so late that a flush at the end waits for nearly all of
/// it.
/// </summary>
sealed class EarlyFlush(Stream to)
{
    const long EveryBytes = 64 << 20;

    readonly SafeFileHandle? _file = (to as FileStream)?.SafeFileHandle;
    Task _running = Task.CompletedTask;
    long _since;

    public void Wrote(long bytes)
    {
        if (_file is null || (_since += bytes) < EveryBytes || !_running.IsCompleted) return;
        Finish();
        _since = 0;
        _running = Task.Run(() => RandomAccess.FlushToDisk(_file));
    }

    // The system reports a failed write to one flush only, so a running one must be observed.
    public void Finish() => _running.GetAwaiter().GetResult();
}
