using System.Buffers.Binary;
using System.IO.Compression;

namespace Alignment.Transforms.Images;

/// <summary>
/// Reads PNG (ISO/IEC 15948): every colour type, depth and filter, interlaced or not. Our own because samples must arrive as stored (16
/// bits and colours under transparent pixels kept, no colour management), and files from outside are best read by managed code. Alpha,
/// gamma and profiles are ignored.
/// </summary>
static class PngReader
{
    // Deflate's limit (zlib 1032 : 1), so a file too short for its header is refused before memory is taken.
    const int MostExpansion = 1032;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    // Colour type bits of IHDR.
    const int Palette = 1, Colour = 2, Alpha = 4;

    // Adam7: first column, first row, column step, row step of each pass.
    static readonly (int X, int Y, int Dx, int Dy)[] s_adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
        (1, 0, 2, 2), (0, 1, 1, 2)];

    static readonly (int X, int Y, int Dx, int Dy)[] s_onePass = [(0, 0, 1, 1)];

    readonly record struct Ihdr(int Width, int Height, int Depth, int ColourType, bool Interlaced)
    {
        // As stored, alpha and palette index included.
        public int Samples => (ColourType & Palette) != 0 ? 1 : ((ColourType & Colour) != 0 ? 3 : 1) + ((ColourType & Alpha) != 0 ? 1 : 0);

        public int Channels => (ColourType & Colour) != 0 ? 3 : 1;

        public int RowBytes(int width) => (int)(((long)width * Samples * Depth + 7) / 8);
    }

    // The stream stands after the signature.
    public static PictureHeader ReadHeader(Stream file, string subject, PictureLimits limits)
    {
        var head = ReadIhdr(new PngChunks(file, subject), subject, limits);
        return new PictureHeader(head.Width, head.Height, PictureFormat.Png, head.Channels, head.Depth);
    }

    public static RawPicture Read(Stream file, string subject, PictureLimits limits)
    {
        using var chunks = new PngChunks(file, subject);
        var head = ReadIhdr(chunks, subject, limits);
        byte[]? palette = null;
        for (chunks.Next(); chunks.Type != PngChunks.Idat; chunks.Next())
        {
            if (chunks.Type == PngChunks.Iend) throw chunks.Bad("a PNG without image data", "a complete PNG");
            if (chunks.Type == PngChunks.Plte) palette = ReadPalette(chunks);
        }
        if ((head.ColourType & Palette) != 0 && palette is null)
            throw chunks.Bad("an indexed PNG without a palette", "a palette before the image data");
        if (file.CanSeek && (file.Length - file.Position) * MostExpansion < (long)head.RowBytes(head.Width) * head.Height)
            throw chunks.Truncated();

        var picture = new RawPicture(head.Width, head.Height, head.Channels, head.Depth == 16, orientation: 1);
        try
        {
            Decode(chunks, head, palette, picture);
            while (chunks.Type != PngChunks.Iend) chunks.Next();
            return picture;
        }
        catch (InvalidDataException e)
        {
            picture.Dispose();
            throw chunks.Bad("image data that cannot be unpacked", "an undamaged PNG", e);
        }
        catch
        {
            picture.Dispose();
            throw;
        }
    }

    static Ihdr ReadIhdr(PngChunks chunks, string subject, PictureLimits limits)
    {
        Span<byte> b = stackalloc byte[13];
        chunks.Next();
        if (chunks.Type != PngChunks.Ihdr || chunks.Left != b.Length) throw chunks.Bad("no IHDR chunk first", "a PNG header");
        chunks.ReadChunk(b);
        uint width = BinaryPrimitives.ReadUInt32BigEndian(b), height = BinaryPrimitives.ReadUInt32BigEndian(b[4..]);
        var (depth, type, compression, filter, interlace) = (b[8], b[9], b[10], b[11], b[12]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue) throw chunks.Bad($"a size of {width}x{height}", "1x1 or more");
        bool legal = (type, depth) is (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16);
        if (!legal) throw chunks.Bad($"colour type {type} with {depth} bits", "a combination PNG defines");
        if (compression != 0 || filter != 0 || interlace > 1)
            throw chunks.Bad($"compression {compression}, filter {filter}, interlace {interlace}", "0, 0 and 0 or 1");
        limits.Require(subject, width, height);
        return new Ihdr((int)width, (int)height, depth, type, interlace == 1);
    }

    static byte[] ReadPalette(PngChunks chunks)
    {
        if (chunks.Left is 0 or > 768 || chunks.Left % 3 != 0)
            throw chunks.Bad($"a palette of {chunks.Left} bytes", "1 to 256 colours of 3 bytes");
        byte[] palette = new byte[chunks.Left];
        chunks.ReadChunk(palette);
        return palette;
    }

    static void Decode(PngChunks chunks, Ihdr head, byte[]? palette, RawPicture picture)
    {
        using var unpacked = new ZLibStream(chunks, CompressionMode.Decompress, leaveOpen: true);
        int pixelBytes = Math.Max(1, head.Samples * head.Depth / 8);
        byte[] row = new byte[head.RowBytes(head.Width) + 1], above = new byte[row.Length];
        foreach (var (x0, y0, dx, dy) in head.Interlaced ? s_adam7 : s_onePass)
        {
            int width = (head.Width - x0 + dx - 1) / dx, height = (head.Height - y0 + dy - 1) / dy;
            if (width <= 0 || height <= 0) continue;
            int n = head.RowBytes(width) + 1;
            above.AsSpan().Clear();
            for (int y = 0; y < height; y++)
            {
                if (unpacked.ReadAtLeast(row.AsSpan(0, n), n, throwOnEndOfStream: false) < n)
                    throw chunks.Bad("fewer pixels than the header says", "a complete PNG");
                Unfilter(chunks, row[0], row.AsSpan(1, n - 1), above.AsSpan(1, n - 1), pixelBytes);
                Expand(chunks, head, palette, row.AsSpan(1, n - 1), width, picture, ((y0 + y * dy) * head.Width) + x0, dx);
                (row, above) = (above, row);
            }
        }
    }

    // Undoes a row's filter (PNG §9.2).
    static void Unfilter(PngChunks chunks, byte filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        switch (filter)
        {
            case 0:
                break;
            case 1: // the pixel to the left
                for (int i = pixelBytes; i < row.Length; i++) row[i] += row[i - pixelBytes];
                break;
            case 2: // the pixel above
                TensorPrimitives.Add(row, above, row);
                break;
            case 3: // the mean of both
                for (int i = 0; i < pixelBytes; i++) row[i] += (byte)(above[i] >> 1);
                for (int i = pixelBytes; i < row.Length; i++) row[i] += (byte)((row[i - pixelBytes] + above[i]) >> 1);
                break;
            case 4:
                for (int i = 0; i < pixelBytes; i++) row[i] += above[i];
                for (int i = pixelBytes; i < row.Length; i++) row[i] += Paeth(row[i - pixelBytes], above[i], above[i - pixelBytes]);
                break;
            default:
                throw chunks.Bad($"row filter {filter}", "0 to 4");
        }
    }

    // The neighbour (left a, above b, above left c) nearest to a + b − c; ties in that order.
    public static byte Paeth(int a, int b, int c)
    {
        int pa = Math.Abs(b - c), pb = Math.Abs(a - c), pc = Math.Abs(a + b - c - c);
        return (byte)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
    }

    /// <summary>Writes an unfiltered row to every <paramref name="step"/>-th pixel from <paramref name="at"/>.</summary>
    static void Expand(PngChunks chunks, Ihdr head, byte[]? palette, ReadOnlySpan<byte> row, int width, RawPicture picture, int at,
        int step)
    {
        int channels = picture.Channels, samples = head.Samples;
        if (head.Depth == 16)
        {
            var to = picture.Words;
            for (int x = 0; x < width; x++)
                for (int c = 0; c < channels; c++)
                    to[(at + x * step) * channels + c] = BinaryPrimitives.ReadUInt16BigEndian(row[((x * samples + c) * 2)..]);
            return;
        }

        var bytes = picture.Bytes;
        if (head.Depth == 8 && palette is null && samples == channels && step == 1)
        {
            row.CopyTo(bytes[(at * channels)..]);
            return;
        }
        // Fewer bits than 8 stand for fractions of the largest value: 1 bit 0/255, 2 bits 0/85/170/255, 4 bits in steps of 17.
        int scale = head.Depth == 8 ? 1 : 255 / ((1 << head.Depth) - 1);
        for (int x = 0; x < width; x++)
        {
            var pixel = bytes.Slice((at + x * step) * channels, channels);
            if ((head.ColourType & Palette) != 0)
            {
                int index = Bits(row, x, head.Depth) * 3;
                if (index >= palette!.Length) throw chunks.Bad($"colour index {index / 3}",
                    $"an index below the palette's {palette.Length / 3} colours");
                palette.AsSpan(index, 3).CopyTo(pixel);
            }
            else if (head.Depth < 8)
            {
                pixel[0] = (byte)(Bits(row, x, head.Depth) * scale);
            }
            else
            {
                row.Slice(x * samples, channels).CopyTo(pixel);
            }
        }
    }

    static int Bits(ReadOnlySpan<byte> row, int x, int depth)
    {
        int bit = x * depth;
        return (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
}
