using System.Runtime.Intrinsics;
using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>A picture as a blend of two others, f ≈ (1 − w)·a + w·b: every frame of a dissolve or fade is one, a frame of a moving camera's
/// shot is not.</summary>
static class Mixture
{
    // Returns the weight w that fits best (least squares), and the mean |f − blend|, three planes added up.
    public static (double Weight, double Left) Fit(SmallPicture f, SmallPicture a, SmallPicture b)
    {
        int n = 3 * a.Count, i = 0;
        Vector256<int> dots = Vector256<int>.Zero, squares = Vector256<int>.Zero;
        for (; i <= n - 16; i += 16)
        {
            var from = Lanes.Widen(Vector128.LoadUnsafe(ref a.Planes[i]));
            Vector256<short> d = Lanes.Widen(Vector128.LoadUnsafe(ref b.Planes[i])) - from,
                e = Lanes.Widen(Vector128.LoadUnsafe(ref f.Planes[i])) - from;
            dots += Lanes.MulAddPairs(e, d);
            squares += Lanes.MulAddPairs(d, d);
        }
        long dot = 0, square = 0;
        for (int lane = 0; lane < 8; lane++)
        {
            dot += dots[lane];
            square += squares[lane];
        }
        for (; i < n; i++)
        {
            int d = b.Planes[i] - a.Planes[i], e = f.Planes[i] - a.Planes[i];
            dot += e * d;
            square += d * d;
        }
        if (square == 0) return (0, PictureDifference.Mean(f, a));
        double weight = (double)dot / square;
        // 8 fractional bits: finer than the bytes are.
        short fixedWeight = (short)Math.Clamp(Math.Round(weight * 128), -127, 255);
        long left = 0;
        var w = Vector256.Create(fixedWeight);
        var sums = Vector256<int>.Zero;
        for (i = 0; i <= n - 16; i += 16)
        {
            var from = Lanes.Widen(Vector128.LoadUnsafe(ref a.Planes[i]));
            Vector256<short> d = Lanes.Widen(Vector128.LoadUnsafe(ref b.Planes[i])) - from,
                e = Lanes.Widen(Vector128.LoadUnsafe(ref f.Planes[i])) - from;
            // |d·w| stays below 2¹⁵ for w < 1; beyond, the few that would not are held.
            var low = (Vector256.WidenLower(d) * (int)fixedWeight) >> 7;
            var high = (Vector256.WidenUpper(d) * (int)fixedWeight) >> 7;
            var rest = Vector256.Abs(e - Vector256.Narrow(low, high));
            sums += Lanes.MulAddPairs(rest, Vector256<short>.One);
        }
        for (int lane = 0; lane < 8; lane++) left += sums[lane];
        for (; i < n; i++)
        {
            int d = b.Planes[i] - a.Planes[i], e = f.Planes[i] - a.Planes[i];
            left += Math.Abs(e - ((d * fixedWeight) >> 7));
        }
        return (weight, (double)left / PictureDifference.Area(a, b));
    }
}
