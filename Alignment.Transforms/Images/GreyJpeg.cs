using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alignment.Transforms.Images;

/// <summary>
/// Grey baseline JPEG (ITU-T T.81) with optimal Huffman tables: byte for byte what libjpeg writes with its accurate integer transform, in a
/// third of the time that Skia's libjpeg takes without SIMD. Eight blocks are transformed side by side.
/// </summary>
static class GreyJpeg
{
    const int Block = 8, Size = Block * Block, Lanes = 8, MostHeader = 1024;

    // In libjpeg.
    public const int LargestSide = 65500;

    // T.81 table K.1, quality 50, rows from the top.
    static ReadOnlySpan<byte> Luminance =>
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100,
            103, 99,
    ];

    // T.81 figure A.6: the coefficients in writing order.
    static ReadOnlySpan<byte> Zigzag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    /// <summary>
    /// Rows from the top, sides 1 … <see cref="LargestSide"/>; <paramref name="quality"/> 1 … 100, as libjpeg scales its tables.
    /// </summary>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        if (width is < 1 or > LargestSide || height is < 1 or > LargestSide || pixels.Length != (long)width * height)
            throw new ArgumentException(FormattableString.Invariant(
                $"{pixels.Length} pixels for a JPEG of {width}x{height}; expected sides of 1 to {LargestSide} and a pixel for each place."),
                nameof(pixels));
        Span<int> steps = stackalloc int[Size];
        Steps(quality, steps);
        int across = (width + Block - 1) / Block, down = (height + Block - 1) / Block, blocks = across * down;
        using var coefficients = new Rented<short>(blocks * Size);
        using var present = new Rented<ulong>(blocks);
        Transform(pixels, width, height, steps, coefficients.Span, present.Span);
        Span<long> dc = stackalloc long[JpegHuffman.Symbols], ac = stackalloc long[JpegHuffman.Symbols];
        Count(coefficients.Span, present.Span, dc, ac);
        JpegHuffman dcTable = JpegHuffman.Optimal(dc), acTable = JpegHuffman.Optimal(ac);
        // Every byte may be followed by a stuffed one.
        long bytes = (dcTable.Bits(dc) + acTable.Bits(ac)) / 8 + 1;
        using var rented = new Rented<byte>(checked((int)(MostHeader + 2 * bytes)));
        Span<byte> written = rented.Span;
        int at = Header(written, width, height, steps, dcTable, acTable);
        var bits = new JpegBits(written, at);
        Write(coefficients.Span, present.Span, dcTable, acTable, ref bits);
        at = bits.End();
        (written[at], written[at + 1]) = (0xFF, 0xD9);
        return written[..(at + 2)].ToArray();
    }

    static void Steps(int quality, Span<int> steps)
    {
        int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        for (int i = 0; i < Size; i++) steps[i] = Math.Clamp((Luminance[i] * scale + 50) / 100, 1, 255);
    }

    // Every block's quantised coefficients in zigzag order, and which of them are not 0.
    static void Transform(ReadOnlySpan<byte> pixels, int width, int height, ReadOnlySpan<int> steps, Span<short> coefficients,
        Span<ulong> present)
    {
        Span<Vector256<int>> values = stackalloc Vector256<int>[Size];
        Span<Vector256<float>> perStep = stackalloc Vector256<float>[Size];
        Span<Vector256<int>> half = stackalloc Vector256<int>[Size];
        for (int i = 0; i < Size; i++)
        {
            // The transform's results are 8 times too large. (|x| + ½ step + ½) ÷ step in float is exact after truncation: |x| stays below
            // 2¹⁵.
            perStep[i] = Vector256.Create(1f / (steps[i] * 8));
            half[i] = Vector256.Create(steps[i] * 8 / 2);
        }
        int across = (width + Block - 1) / Block, down = (height + Block - 1) / Block;
        for (int row = 0; row < down; row++)
        {
            for (int column = 0; column < across; column += Lanes)
            {
                Load(pixels, width, height, column * Block, row * Block, values);
                for (int y = 0; y < Size; y += Block) Dct(ref values[y], 1, rows: true);
                for (int x = 0; x < Block; x++) Dct(ref values[x], Block, rows: false);
                Quantise(values, perStep, half, Math.Min(Lanes, across - column), coefficients[((row * across + column) * Size)..],
                    present[(row * across + column)..]);
            }
        }
    }

    // Eight blocks, each in its lane; what lies outside the picture repeats its edge.
    static void Load(ReadOnlySpan<byte> pixels, int width, int height, int left, int top, Span<Vector256<int>> values)
    {
        Span<int> lanes = MemoryMarshal.Cast<Vector256<int>, int>(values), eight = stackalloc int[Block * Lanes];
        Vector256<int> middle = Vector256.Create(128);
        for (int y = 0; y < Block; y++)
        {
            ReadOnlySpan<byte> line = pixels.Slice(Math.Min(top + y, height - 1) * width, width);
            Span<int> to = lanes.Slice(y * Block * Lanes, Block * Lanes);
            if (left + Block * Lanes <= width)
            {
                line = line.Slice(left, Block * Lanes);
                for (int i = 0; i < eight.Length; i += Vector128<byte>.Count)
                {
                    var (low, high) = Vector128.Widen(Vector128.Create(line[i..]));
                    (Vector256.Create(Vector128.WidenLower(low), Vector128.WidenUpper(low)).AsInt32() - middle).CopyTo(eight[i..]);
                    (Vector256.Create(Vector128.WidenLower(high), Vector128.WidenUpper(high))
                        .AsInt32() - middle).CopyTo(eight[(i + Lanes)..]);
                }
                Transpose8x8.Transpose(ref Unsafe.As<int, float>(ref eight[0]), Block, ref Unsafe.As<int, float>(ref to[0]), Lanes);
                continue;
            }
            for (int i = 0; i < Block * Lanes; i++) to[i % Block * Lanes + i / Block] = line[Math.Min(left + i, width - 1)] - 128;
        }
    }

    // Fractions with 13 bits (Loeffler, Ligtenberg & Moschytz 1989, as the Independent JPEG Group's jfdctint has them).
    const int F0298 = 2446, F0390 = 3196, F0541 = 4433, F0765 = 6270, F0899 = 7373, F1175 = 9633, F1501 = 12299, F1847 = 15137,
        F1961 = 16069, F2053 = 16819, F2562 = 20995, F3072 = 25172;
    const int FractionBits = 13, KeptBits = 2;

    /// <summary>Eight values <paramref name="stride"/> apart; the rows' results keep two bits more, which the columns' lose.</summary>
    static void Dct(ref Vector256<int> first, int stride, bool rows)
    {
        ref Vector256<int> At(ref Vector256<int> start, int i) => ref Unsafe.Add(ref start, i * stride);
        Vector256<int> v0 = first, v1 = At(ref first, 1), v2 = At(ref first, 2), v3 = At(ref first, 3), v4 = At(ref first, 4),
            v5 = At(ref first, 5), v6 = At(ref first, 6), v7 = At(ref first, 7);
        Vector256<int> s0 = v0 + v7, d0 = v0 - v7, s1 = v1 + v6, d1 = v1 - v6, s2 = v2 + v5, d2 = v2 - v5, s3 = v3 + v4, d3 = v3 - v4;
        Vector256<int> e0 = s0 + s3, e3 = s0 - s3, e1 = s1 + s2, e2 = s1 - s2;
        int shift = rows ? FractionBits - KeptBits : FractionBits + KeptBits;
        Vector256<int> round = Vector256.Create(1 << (shift - 1));
        if (rows) (first, At(ref first, 4)) = ((e0 + e1) << KeptBits, (e0 - e1) << KeptBits);
        else
        {
            Vector256<int> kept = Vector256.Create(1 << (KeptBits - 1));
            (first, At(ref first, 4)) = ((e0 + e1 + kept) >> KeptBits, (e0 - e1 + kept) >> KeptBits);
        }
        Vector256<int> z1 = (e2 + e3) * F0541;
        At(ref first, 2) = (z1 + e3 * F0765 + round) >> shift;
        At(ref first, 6) = (z1 - e2 * F1847 + round) >> shift;

        Vector256<int> z3 = d3 + d1, z4 = d2 + d0, z5 = (z3 + z4) * F1175, z2 = (d2 + d1) * -F2562;
        z1 = (d3 + d0) * -F0899;
        z3 = z3 * -F1961 + z5;
        z4 = z4 * -F0390 + z5;
        At(ref first, 7) = (d3 * F0298 + z1 + z3 + round) >> shift;
        At(ref first, 5) = (d2 * F2053 + z2 + z4 + round) >> shift;
        At(ref first, 3) = (d1 * F3072 + z2 + z3 + round) >> shift;
        At(ref first, 1) = (d0 * F1501 + z1 + z4 + round) >> shift;
    }

    static void Quantise(Span<Vector256<int>> values, ReadOnlySpan<Vector256<float>> perStep, ReadOnlySpan<Vector256<int>> half, int blocks,
        Span<short> coefficients, Span<ulong> present)
    {
        Span<ulong> found = stackalloc ulong[Lanes];
        found.Clear();
        for (int k = 0; k < Size; k++)
        {
            int i = Zigzag[k];
            Vector256<int> value = values[i], size = Vector256.Abs(value) + half[i];
            Vector256<int> level = Vector256.ConvertToInt32((Vector256.ConvertToSingle(size) + Vector256.Create(0.5f)) * perStep[i]);
            uint some = Vector256.GreaterThan(level, Vector256<int>.Zero).ExtractMostSignificantBits();
            if (some == 0) continue;
            Vector256<int> sign = value >> 31;
            level = (level ^ sign) - sign;
            for (; some != 0; some &= some - 1)
            {
                int lane = BitOperations.TrailingZeroCount(some);
                if (lane >= blocks) break;
                found[lane] |= 1UL << k;
                coefficients[lane * Size + k] = (short)level[lane];
            }
        }
        for (int lane = 0; lane < blocks; lane++) present[lane] = found[lane];
    }

    // Symbol frequencies (T.81 F.1.2): differences of DC values by size, runs of zeros with the size of what ends them.
    static void Count(ReadOnlySpan<short> coefficients, ReadOnlySpan<ulong> present, Span<long> dc, Span<long> ac)
    {
        dc.Clear();
        ac.Clear();
        int before = 0;
        for (int b = 0; b < present.Length; b++)
        {
            ReadOnlySpan<short> block = coefficients.Slice(b * Size, Size);
            int value = (present[b] & 1) != 0 ? block[0] : 0;
            dc[Bits(value - before)]++;
            before = value;
            int last = 0;
            for (ulong left = present[b] & ~1UL; left != 0; left &= left - 1)
            {
                int k = BitOperations.TrailingZeroCount(left), run = k - last - 1;
                for (; run > 15; run -= 16) ac[0xF0]++;
                ac[(run << 4) | Bits(block[k])]++;
                last = k;
            }
            if (last < Size - 1) ac[0]++;
        }
    }

    static void Write(ReadOnlySpan<short> coefficients, ReadOnlySpan<ulong> present, JpegHuffman dc, JpegHuffman ac, ref JpegBits to)
    {
        int before = 0;
        for (int b = 0; b < present.Length; b++)
        {
            ReadOnlySpan<short> block = coefficients.Slice(b * Size, Size);
            int value = (present[b] & 1) != 0 ? block[0] : 0, difference = value - before, bits = Bits(difference);
            to.Put(dc, bits, difference, bits);
            before = value;
            int last = 0;
            for (ulong left = present[b] & ~1UL; left != 0; left &= left - 1)
            {
                int k = BitOperations.TrailingZeroCount(left), run = k - last - 1;
                for (; run > 15; run -= 16) to.Put(ac, 0xF0, 0, 0);
                bits = Bits(block[k]);
                to.Put(ac, (run << 4) | bits, block[k], bits);
                last = k;
            }
            if (last < Size - 1) to.Put(ac, 0, 0, 0);
        }
    }

    // 0 for 0, n for 2ⁿ⁻¹ … 2ⁿ − 1.
    static int Bits(int value) => 32 - BitOperations.LeadingZeroCount((uint)Math.Abs(value));

    // JFIF 1.01 without a density, the tables, the frame and the scan.
    static int Header(Span<byte> to, int width, int height, ReadOnlySpan<int> steps, JpegHuffman dc, JpegHuffman ac)
    {
        ReadOnlySpan<byte> start = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0,
            0xFF, 0xDB, 0, 67, 0];
        start.CopyTo(to);
        int at = start.Length;
        foreach (byte i in Zigzag) to[at++] = (byte)steps[i];
        ReadOnlySpan<byte> frame = [0xFF, 0xC0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0];
        frame.CopyTo(to[at..]);
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 5)..], (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 7)..], (ushort)width);
        at += frame.Length;
        at += dc.Write(to[at..], 0x00);
        at += ac.Write(to[at..], 0x10);
        ReadOnlySpan<byte> scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0];
        scan.CopyTo(to[at..]);
        return at + scan.Length;
    }
}
