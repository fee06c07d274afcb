using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>What is left of the difference of two small pictures when blocks of 8x8 pixels may have moved. At half the size each is looked
/// for within a third of the picture's width, then exactly around where it was found, around the camera's move, and in place.</summary>
sealed class MotionMatch
{
    const int Block = 8, Refine = 2;

    readonly List<int> _xs = [], _ys = [];

    // The difference left, in the unit of PictureDifference.Mean.
    public double Left(SmallPicture a, SmallPicture b)
    {
        if (a.Width < Block || a.Height < Block) return PictureDifference.Mean(a, b);
        // 1. Coarse vectors, one for each 16x16 pixels.
        int columns = Math.Max(1, a.HalfWidth / Block), rows = Math.Max(1, a.HalfHeight / Block);
        Span<int> vx = stackalloc int[columns * rows], vy = stackalloc int[columns * rows];
        vx.Clear();
        vy.Clear();
        if (a.HalfWidth >= Block && a.HalfHeight >= Block)
        {
            int rangeX = Math.Max(2, a.HalfWidth * 3 / 8), rangeY = Math.Max(2, a.HalfHeight * 3 / 8);
            for (int i = 0; i < columns * rows; i++)
                Search(a.Half, b.Half, a.HalfWidth, a.HalfHeight, i % columns * Block, i / columns * Block, 0, 0, rangeX, rangeY,
                    int.MaxValue, ref vx[i], ref vy[i]);
        }
        int camX = 2 * Median(vx, _xs), camY = 2 * Median(vy, _ys);
        // 2. Every block of the full picture.
        long left = 0;
        for (int y = 0; y < a.Height; y += Block)
        {
            int by = Math.Min(y, a.Height - Block);
            for (int x = 0; x < a.Width; x += Block)
            {
                int bx = Math.Min(x, a.Width - Block), parent = Math.Min(by / (2 * Block), rows - 1) * columns
                    + Math.Min(bx / (2 * Block), columns - 1);
                int dx = 0, dy = 0;
                int best = Search(a.Planes, b.Planes, a.Width, a.Height, bx, by, 0, 0, Refine, Refine, int.MaxValue, ref dx, ref dy);
                if (best > 0) best = Search(a.Planes, b.Planes, a.Width, a.Height, bx, by, 2 * vx[parent], 2 * vy[parent], Refine, Refine,
                    best, ref dx, ref dy);
                if (best > 0) best = Search(a.Planes, b.Planes, a.Width, a.Height, bx, by, camX, camY, Refine, Refine, best, ref dx,
                    ref dy);
                // The last row and column of blocks overlap the ones before: only their new part counts.
                int w = Math.Min(Block, a.Width - x), h = Math.Min(Block, a.Height - y);
                left += (long)(best + Chroma(a, b, bx, by, dx, dy)) * w * h / (Block * Block);
            }
        }
        return (double)left / PictureDifference.Area(a, b);
    }

    // The displacement around (cx, cy) with the least difference, if that is below best.
    static int Search(byte[] a, byte[] b, int width, int height, int x, int y, int cx, int cy, int rangeX, int rangeY, int best, ref int dx,
        ref int dy)
    {
        Vector128<byte> a0 = Rows(a, y * width + x, width), a1 = Rows(a, (y + 2) * width + x, width),
            a2 = Rows(a, (y + 4) * width + x, width), a3 = Rows(a, (y + 6) * width + x, width);
        for (int ty = Math.Max(0, y + cy - rangeY), endY = Math.Min(height - Block, y + cy + rangeY); ty <= endY; ty++)
        {
            for (int tx = Math.Max(0, x + cx - rangeX), endX = Math.Min(width - Block, x + cx + rangeX); tx <= endX; tx++)
            {
                int at = ty * width + tx;
                int sum = Difference(a0, Rows(b, at, width)) + Difference(a1, Rows(b, at + 2 * width, width))
                    + Difference(a2, Rows(b, at + 4 * width, width)) + Difference(a3, Rows(b, at + 6 * width, width));
                // Of equals the shorter move, so that flat pictures stay where they are.
                if (sum > best || (sum == best && Math.Abs(tx - x) + Math.Abs(ty - y) >= Math.Abs(dx) + Math.Abs(dy))) continue;
                (best, dx, dy) = (sum, tx - x, ty - y);
            }
        }
        return best;
    }

    static int Chroma(SmallPicture a, SmallPicture b, int x, int y, int dx, int dy)
    {
        int sum = 0;
        for (int plane = 1; plane < 3; plane++)
        {
            int from = plane * a.Count + y * a.Width + x, to = from + dy * a.Width + dx;
            for (int row = 0; row < Block; row += 2) sum += Difference(Rows(a.Planes, from + row * a.Width, a.Width),
                Rows(b.Planes, to + row * a.Width, a.Width));
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Rows(byte[] p, int at, int width) =>
        Vector128.Create(Unsafe.ReadUnaligned<ulong>(ref p[at]), Unsafe.ReadUnaligned<ulong>(ref p[at + width])).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Difference(Vector128<byte> a, Vector128<byte> b)
    {
        if (Sse2.IsSupported)
        {
            var sums = Sse2.SumAbsoluteDifferences(a, b).AsInt32();
            return sums.GetElement(0) + sums.GetElement(2);
        }
        var d = Vector128.Max(a, b) - Vector128.Min(a, b);
        return Vector128.Sum(Vector128.WidenLower(d) + Vector128.WidenUpper(d));
    }

    static int Median(ReadOnlySpan<int> values, List<int> scratch)
    {
        scratch.Clear();
        foreach (int v in values) scratch.Add(v);
        scratch.Sort();
        return scratch[scratch.Count / 2];
    }
}
