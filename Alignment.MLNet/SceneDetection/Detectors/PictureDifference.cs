using System.Runtime.Intrinsics;
using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>How different two small pictures are: 0 for the same, 1 for two that have nothing to do with each other. The unit is the
/// difference were one's pixels shuffled, E|x − y| over all pairs, so that a cut counts alike in dark, faint and garish footage.</summary>
static class PictureDifference
{
    // Sums of three planes' mean differences below this are noise of the camera and the codec, whatever the picture.
    const double NoiseFloor = 4;

    // Mean |difference| of Y, Cb and Cr, added up, over the part inside letterbox bars of either picture.
    public static double Mean(SmallPicture a, SmallPicture b) =>
        Lanes.AbsoluteDifference(a.Planes.AsSpan(0, 3 * a.Count), b.Planes.AsSpan(0, 3 * b.Count)) / (double)Area(a, b);

    // E|x − y| of the pictures' values, likewise.
    public static double Unrelated(SmallPicture a, SmallPicture b)
    {
        // Σ f(1 − g) + g(1 − f) over the bins, with f = F ÷ area and g = G ÷ area the shares of values up to there: in integers Σ area·(F +
        // G) − 2·F·G.
        long area = Area(a, b), sum = 0;
        // Of a picture with bars that the other has not, the bars belong to the comparison: black, without colour.
        long missing = area - AreaOf(a.Active), missingOther = area - AreaOf(b.Active);
        for (int plane = 0; plane < 3; plane++)
        {
            var (all, upper) = a.CumulativeSums[plane];
            var (allOther, upperOther) = b.CumulativeSums[plane];
            int bins = plane == 0 ? SmallPicture.Bins : SmallPicture.Bins / 2;
            long above = plane == 0 ? all : upper, aboveOther = plane == 0 ? allOther : upperOther;
            long product = Products(a.Cumulative, b.Cumulative, plane * SmallPicture.Bins) + missing * aboveOther + missingOther * above
                + bins * missing * missingOther;
            sum += area * (all + allOther + bins * (missing + missingOther)) - 2 * product;
        }
        return Math.Max(2.0 * sum / (area * area), NoiseFloor);
    }

    // Σ F·G of one plane. A lane adds up eight pairs of products of counts below 9217: less than 2³¹.
    static long Products(short[] f, short[] g, int from)
    {
        var sums = Vector256<int>.Zero;
        for (int i = from; i < from + SmallPicture.Bins; i += 16)
            sums += Lanes.MulAddPairs(Vector256.LoadUnsafe(ref f[i]), Vector256.LoadUnsafe(ref g[i]));
        return Vector256.Sum(Vector256.WidenLower(sums) + Vector256.WidenUpper(sums));
    }

    public static (int Top, int Bottom, int Left, int Right) Inside(SmallPicture a, SmallPicture b) => (
        Math.Min(a.Active.Top, b.Active.Top), Math.Max(a.Active.Bottom, b.Active.Bottom),
        Math.Min(a.Active.Left, b.Active.Left), Math.Max(a.Active.Right, b.Active.Right));

    public static int Area(SmallPicture a, SmallPicture b) => AreaOf(Inside(a, b));

    // The part of that area in which the pictures differ by more than least (three planes added up).
    public static double ChangedShare(SmallPicture a, SmallPicture b, double least)
    {
        int n = a.Count, changed = 0, i = 0;
        var limit = Vector256.Create((ushort)Math.Clamp(least, 1, 765));
        for (; i <= n - 16; i += 16)
        {
            var sum = Absolute(a, b, i) + Absolute(a, b, n + i) + Absolute(a, b, 2 * n + i);
            changed += System.Numerics.BitOperations.PopCount(Vector256.GreaterThan(sum, limit).ExtractMostSignificantBits());
        }
        for (; i < n; i++)
            if (Math.Abs(a.Planes[i] - b.Planes[i]) + Math.Abs(a.Planes[n + i] - b.Planes[n + i])
                + Math.Abs(a.Planes[2 * n + i] - b.Planes[2 * n + i]) > least) changed++;
        return (double)changed / Area(a, b);
    }

    // Correlation of the luminances inside the bars, −1..1: near 1 for one scene under two lights. 0 where one of them has no contrast.
    public static double Structure(SmallPicture a, SmallPicture b)
    {
        var (top, bottom, left, right) = Inside(a, b);
        long n = Area(a, b), sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
        for (int row = top; row <= bottom; row++)
        {
            for (int i = row * a.Width + left, end = row * a.Width + right; i <= end; i++)
            {
                int x = a.Planes[i], y = b.Planes[i];
                sa += x;
                sb += y;
                saa += x * x;
                sbb += y * y;
                sab += x * y;
            }
        }
        double va = saa - (double)sa * sa / n, vb = sbb - (double)sb * sb / n;
        return va < n || vb < n ? 0 : (sab - (double)sa * sb / n) / Math.Sqrt(va * vb);
    }

    static int AreaOf((int Top, int Bottom, int Left, int Right) inside) =>
        (inside.Bottom - inside.Top + 1) * (inside.Right - inside.Left + 1);

    static Vector256<ushort> Absolute(SmallPicture a, SmallPicture b, int at)
    {
        Vector128<byte> x = Vector128.LoadUnsafe(ref a.Planes[at]), y = Vector128.LoadUnsafe(ref b.Planes[at]);
        return Lanes.Widen(Vector128.Max(x, y) - Vector128.Min(x, y)).AsUInt16();
    }
}
