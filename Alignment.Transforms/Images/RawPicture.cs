using System.Buffers;

namespace Alignment.Transforms.Images;

// Decoded samples as stored, channels interleaved, alpha dropped, orientation not yet applied. The buffer is rented.
sealed class RawPicture : IDisposable
{
    byte[]? _bytes;
    ushort[]? _words;

    public RawPicture(int width, int height, int channels, bool wide, int orientation)
    {
        (Width, Height, Channels, IsWide, Orientation) = (width, height, channels, wide, orientation);
        int n = checked(width * height * channels);
        if (wide) _words = ArrayPool<ushort>.Shared.Rent(n);
        else _bytes = ArrayPool<byte>.Shared.Rent(n);
    }

    public int Width { get; }
    public int Height { get; }
    public int Channels { get; }

    /// <summary>16 bits a sample (<see cref="Words"/>) instead of 8 (<see cref="Bytes"/>).</summary>
    public bool IsWide { get; }

    // EXIF, 1..8.
    public int Orientation { get; }

    public Span<byte> Bytes => _bytes.AsSpan(0, Width * Height * Channels);

    public Span<ushort> Words => _words.AsSpan(0, Width * Height * Channels);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, null) is { } bytes) ArrayPool<byte>.Shared.Return(bytes);
        if (Interlocked.Exchange(ref _words, null) is { } words) ArrayPool<ushort>.Shared.Return(words);
    }
}
