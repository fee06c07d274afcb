using System.Buffers.Binary;

namespace Alignment.Transforms.Images;

// Walks the chunks of a PNG and, as a stream, gives the data of consecutive IDAT chunks. Every checksum is checked.
sealed class PngChunks(Stream file, string subject) : Stream
{
    // Big-endian, as in the file.
    public const uint Ihdr = 0x49484452, Plte = 0x504C5445, Idat = 0x49444154, Iend = 0x49454E44;

    // The largest chunk PNG allows.
    const uint MaxChunk = int.MaxValue;

    readonly byte[] _eight = new byte[8];
    uint _crc;

    public uint Type { get; private set; }

    // Bytes of this chunk still to be read.
    public uint Left { get; private set; }

    // Skips what is left of this chunk.
    public void Next()
    {
        Skip();
        Exactly(_eight);
        Left = BinaryPrimitives.ReadUInt32BigEndian(_eight);
        Type = BinaryPrimitives.ReadUInt32BigEndian(_eight.AsSpan(4));
        if (Left > MaxChunk) throw Bad($"a chunk of {Left} bytes", "chunks below 2 GB");
        _crc = Crc32.Update(Crc32.Start, _eight.AsSpan(4, 4));
        if (Left == 0) CheckSum();
    }

    // Checks the checksum once the chunk is used up.
    public void ReadChunk(Span<byte> into)
    {
        if (into.Length > Left) throw Bad("a chunk that is too short", "complete chunks");
        if (into.IsEmpty) return;
        Exactly(into);
        Took(into);
    }

    // Image data across IDAT chunks; 0 at the end of the last one.
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (Left == 0)
        {
            if (Type != Idat) return 0;
            Next();
            if (Type != Idat) return 0;
        }
        if (Type != Idat) return 0;
        int n = file.Read(buffer[..(int)Math.Min(Left, (uint)buffer.Length)]);
        if (n == 0) throw Truncated();
        Took(buffer[..n]);
        return n;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public BadDataException Bad(string found, string expected, Exception? inner = null) =>
        BadDataException.For(subject, found, expected, "The file is damaged; export or copy it again.", inner);

    public BadDataException Truncated() => Bad("a PNG that ends early", "a complete PNG");

    void Skip()
    {
        Span<byte> rest = stackalloc byte[4096];
        while (Left > 0) ReadChunk(rest[..(int)Math.Min(Left, (uint)rest.Length)]);
    }

    void Took(ReadOnlySpan<byte> bytes)
    {
        _crc = Crc32.Update(_crc, bytes);
        Left -= (uint)bytes.Length;
        if (Left == 0) CheckSum();
    }

    void CheckSum()
    {
        Span<byte> stored = stackalloc byte[4];
        Exactly(stored);
        if (BinaryPrimitives.ReadUInt32BigEndian(stored) != ~_crc) throw Bad("a chunk whose checksum does not match", "an undamaged PNG");
    }

    void Exactly(Span<byte> into)
    {
        if (file.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) < into.Length) throw Truncated();
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
