using System.IO.MemoryMappedFiles;

namespace Alignment.Onnx.Weights;

readonly record struct FilePart(long Begin, long Length)
{
    public long End => Begin + Length;
}

// A file mapped for reading. Thread-safe until disposed.
sealed unsafe class MappedFile : IDisposable
{
    readonly MemoryMappedFile _map;
    readonly MemoryMappedViewAccessor _view;
    readonly byte* _data;
    bool _disposed;

    /// <summary><paramref name="file"/> must not be empty and may be closed afterwards.</summary>
    public MappedFile(FileStream file)
    {
        Length = file.Length;
        _map = MemoryMappedFile.CreateFromFile(file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
            leaveOpen: true);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _data = start + _view.PointerOffset;
    }

    public long Length { get; }

    public ReadOnlySpan<byte> Bytes(long begin, int count)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(begin);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(begin, Length - count);
        return new(_data + begin, count);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
