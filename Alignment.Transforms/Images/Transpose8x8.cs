using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Alignment.Transforms.Images;

// Turns eight rows of eight 32-bit values over their diagonal.
static class Transpose8x8
{
    public const int Side = 8;

    /// <summary><paramref name="fromRow"/> is the distance of rows, <paramref name="toRow"/> that of the columns they become.</summary>
    public static void Transpose(ref float from, int fromRow, ref float to, int toRow)
    {
        if (!Avx.IsSupported)
        {
            for (int y = 0; y < Side; y++)
                for (int x = 0; x < Side; x++) Unsafe.Add(ref to, x * toRow + y) = Unsafe.Add(ref from, y * fromRow + x);
            return;
        }
        Vector256<float> r0 = Row(ref from, 0), r1 = Row(ref from, fromRow), r2 = Row(ref from, 2 * fromRow),
            r3 = Row(ref from, 3 * fromRow);
        Vector256<float> r4 = Row(ref from, 4 * fromRow), r5 = Row(ref from, 5 * fromRow), r6 = Row(ref from, 6 * fromRow),
            r7 = Row(ref from, 7 * fromRow);
        Vector256<float> p0 = Avx.UnpackLow(r0, r1), p1 = Avx.UnpackHigh(r0, r1), p2 = Avx.UnpackLow(r2, r3), p3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> p4 = Avx.UnpackLow(r4, r5), p5 = Avx.UnpackHigh(r4, r5), p6 = Avx.UnpackLow(r6, r7), p7 = Avx.UnpackHigh(r6, r7);
        const byte low = 0x44, high = 0xEE, lows = 0x20, highs = 0x31;
        r0 = Avx.Shuffle(p0, p2, low);
        r1 = Avx.Shuffle(p0, p2, high);
        r2 = Avx.Shuffle(p1, p3, low);
        r3 = Avx.Shuffle(p1, p3, high);
        r4 = Avx.Shuffle(p4, p6, low);
        r5 = Avx.Shuffle(p4, p6, high);
        r6 = Avx.Shuffle(p5, p7, low);
        r7 = Avx.Shuffle(p5, p7, high);
        Avx.Permute2x128(r0, r4, lows).StoreUnsafe(ref to);
        Avx.Permute2x128(r1, r5, lows).StoreUnsafe(ref to, (nuint)toRow);
        Avx.Permute2x128(r2, r6, lows).StoreUnsafe(ref to, (nuint)(2 * toRow));
        Avx.Permute2x128(r3, r7, lows).StoreUnsafe(ref to, (nuint)(3 * toRow));
        Avx.Permute2x128(r0, r4, highs).StoreUnsafe(ref to, (nuint)(4 * toRow));
        Avx.Permute2x128(r1, r5, highs).StoreUnsafe(ref to, (nuint)(5 * toRow));
        Avx.Permute2x128(r2, r6, highs).StoreUnsafe(ref to, (nuint)(6 * toRow));
        Avx.Permute2x128(r3, r7, highs).StoreUnsafe(ref to, (nuint)(7 * toRow));

        static Vector256<float> Row(ref float from, int at) => Vector256.LoadUnsafe(ref from, (nuint)at);
    }
}
