using System.Buffers;

namespace Alignment;

/// <summary>An array of the pool, returned when disposed.</summary>
readonly struct Rented<T>(int length) : IDisposable
{
    /// <summary>May be longer.</summary>
    public T[] Array { get; } = ArrayPool<T>.Shared.Rent(length);

    public Span<T> Span => Array.AsSpan(0, length);

    public void Dispose() => ArrayPool<T>.Shared.Return(Array);
}
