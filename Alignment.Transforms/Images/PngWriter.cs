using System.Buffers.Binary;
using System.IO.Compression;

namespace Alignment.Transforms.Images;

/// <summary>
/// Writes PNG: 8-bit RGB, 8- and 16-bit grey. Each row takes the filter with the smallest sum of absolute differences (§12.7). The same
/// pixels give the same bytes.
/// </summary>
static class PngWriter
{
    const byte Grey = 0, Rgb = 2;

    public static byte[] Rgb8(ReadOnlySpan<byte> pixels, int width, int height) =>
        Encode(pixels, width, height, bytesPerPixel: 3, depth: 8, Rgb);

    public static byte[] Grey8(ReadOnlySpan<byte> pixels, int width, int height) =>
        Encode(pixels, width, height, bytesPerPixel: 1, depth: 8, Grey);

    public static byte[] Grey16(ReadOnlySpan<ushort> pixels, int width, int height)
    {
        byte[] bigEndian = new byte[2 * pixels.Length];
        for (int i = 0; i < pixels.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(bigEndian.AsSpan(2 * i), pixels[i]);
        return Encode(bigEndian, width, height, bytesPerPixel: 2, depth: 16, Grey);
    }

    static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int bytesPerPixel, byte depth, byte colourType)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        int rowBytes = checked(width * bytesPerPixel);
        if (pixels.Length != (long)rowBytes * height)
            throw new ArgumentException($"Expected {(long)rowBytes * height} bytes for {width}x{height}, found {pixels.Length}.",
                nameof(pixels));

        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) WriteRows(deflate, pixels, height, rowBytes,
            bytesPerPixel);

        using var png = new MemoryStream((int)packed.Length + 64);
        png.Write(PngReader.Signature);
        Span<byte> head = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], height);
        (head[8], head[9], head[10], head[11], head[12]) = (depth, colourType, 0, 0, 0);
        WriteChunk(png, PngChunks.Ihdr, head);
        WriteChunk(png, PngChunks.Idat, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        WriteChunk(png, PngChunks.Iend, []);
        return png.ToArray();
    }

    static void WriteRows(Stream to, ReadOnlySpan<byte> pixels, int height, int rowBytes, int bytesPerPixel)
    {
        byte[][] tries = [.. Enumerable.Range(0, 5).Select(_ => new byte[rowBytes + 1])];
        byte[] none = new byte[rowBytes];
        for (int y = 0; y < height; y++)
        {
            var row = pixels.Slice(y * rowBytes, rowBytes);
            var above = y == 0 ? none : pixels.Slice((y - 1) * rowBytes, rowBytes);
            byte[]? best = null;
            long least = long.MaxValue;
            for (byte filter = 0; filter < tries.Length; filter++)
            {
                byte[] line = tries[filter];
                line[0] = filter;
                long sum = Filter(filter, row, above, bytesPerPixel, line.AsSpan(1));
                if (sum < least) (best, least) = (line, sum);
            }
            to.Write(best);
        }
    }

    static long Filter(byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int bytesPerPixel, Span<byte> to)
    {
        long sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            int left = i < bytesPerPixel ? 0 : row[i - bytesPerPixel], up = above[i];
            int predicted = filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) >> 1,
                _ => PngReader.Paeth(left, up, i < bytesPerPixel ? 0 : above[i - bytesPerPixel]),
            };
            byte difference = (byte)(row[i] - predicted);
            to[i] = difference;
            sum += Math.Abs((int)(sbyte)difference);
        }
        return sum;
    }

    static void WriteChunk(Stream to, uint type, ReadOnlySpan<byte> data)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(four, data.Length);
        to.Write(four);
        BinaryPrimitives.WriteUInt32BigEndian(four, type);
        to.Write(four);
        to.Write(data);
        uint crc = ~Crc32.Update(Crc32.Update(Crc32.Start, four), data);
        BinaryPrimitives.WriteUInt32BigEndian(four, crc);
        to.Write(four);
    }
}
