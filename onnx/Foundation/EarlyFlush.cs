using Microsoft.Win32.SafeHandles;

namespace Alignment;

/// <summary>
/// Brings a large file to the disk while it is being written: a system that waits for memory to fill begins so late that whoever flushes at the end
/// waits for nearly all of it. Another thread waits for the disk; the writer never does.
/// </summary>
sealed class EarlyFlush(Stream to)
{
    /// <summary>Large enough that a flush writes in long runs.</summary>
    const long EveryBytes = 64 << 20;

    readonly SafeFileHandle? _file = (to as FileStream)?.SafeFileHandle;
    Task _running = Task.CompletedTask;
    long _since;

    /// <summary>Called after <paramref name="bytes"/> more were written.</summary>
    public void Wrote(long bytes)
    {
        if (_file is null || (_since += bytes) < EveryBytes || !_running.IsCompleted) return;
        Finish();
        _since = 0;
        _running = Task.Run(() => RandomAccess.FlushToDisk(_file));
    }

    /// <summary>Waits for a flush that goes on. The system reports a failed write to one flush only, so that it must be heard here.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Finish() => _running.GetAwaiter().GetResult();
}
