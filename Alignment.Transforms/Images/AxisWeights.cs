using System.Runtime.CompilerServices;

namespace Alignment.Transforms.Images;

// For each target position the first source position it reads, and the weights from there on.
sealed class AxisWeights
{
    readonly int[] _first;
    readonly int[] _start;
    readonly float[] _weights;

    AxisWeights(int from, int[] first, int[] start, float[] weights) => (From, _first, _start, _weights) = (from, first, start, weights);

    public int From { get; }

    public int Count => _first.Length;

    public int First(int target) => _first[target];

    public ReadOnlySpan<float> Weights(int target)
    {
        int start = _start[target];
        // Both lie inside by the way they were made; a range checked again for each target costs as much as its sum.
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_weights), start),
            _start[target + 1] - start);
    }

    public static AxisWeights Of(int from, int to, ResizeFilter filter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(from);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(to);
        bool area = from > to && filter == ResizeFilter.AreaOrBilinear;
        double s = (double)from / to;
        int[] first = new int[to], start = new int[to + 1];
        var weights = new List<float>(area ? from + to : 2 * to);
        for (int i = 0; i < to; i++)
        {
            if (area) first[i] = Area(i * s, Math.Min((i + 1) * s, from), s, weights);
            else first[i] = Bilinear((i + 0.5) * s - 0.5, from, weights);
            start[i + 1] = weights.Count;
        }
        return new AxisWeights(from, first, start, [.. weights]);
    }

    // Overlap of each source pixel [p, p+1) with [left, right), over its length s.
    static int Area(double left, double right, double s, List<float> weights)
    {
        // A sliver below this is rounding of i·s at a pixel's edge, not an overlap.
        const double Sliver = 1e-9;
        int first = (int)Math.Floor(left + Sliver);
        for (int p = first; p < right - Sliver; p++)
            weights.Add((float)((Math.Min(p + 1, right) - Math.Max(p, left)) / s));
        return first;
    }

    static int Bilinear(double c, int from, List<float> weights)
    {
        int p = (int)Math.Floor(c);
        float t = (float)(c - p);
        if (p < 0 || p >= from - 1 || t == 0f)
        {
            weights.Add(1f);
            return Math.Clamp(p, 0, from - 1);
        }
        weights.Add(1f - t);
        weights.Add(t);
        return p;
    }
}
