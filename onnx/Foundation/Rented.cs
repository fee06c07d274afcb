using System.Buffers;

namespace Alignment;

// An array of the pool, returned when disposed.
readonly struct Rented<T>(int length) : IDisposable
{
    // May be longer.
    public T[] Array { get; } = ArrayPool<T>.Shared.Rent(length);

    public Span<T> Span => Array.AsSpan(0, length);

    public void Dispose() => ArrayPool<T>.Shared.Return(Array);
}
