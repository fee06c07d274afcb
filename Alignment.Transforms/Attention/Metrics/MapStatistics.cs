using System.Buffers;

namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// What the metrics need of a map. Everything is computed in double, in the order of the pixels, so that equal maps give equal bits on
/// every machine.
/// </summary>
static class MapStatistics
{
    /// <summary>What keeps a logarithm finite: the literal of the MIT benchmark's code and pysaliency's (not 2⁻⁵²: where a density is 0 the
    /// fifth digit of the result shows the difference).</summary>
    public const double Epsilon = 2.2204e-16;

    // Below this many values a comparison sort is faster.
    const int FewValues = 2048;

    const int DigitBits = 11, Digits = 1 << DigitBits;

    public static void Check(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target)
    {
        if (predicted.Length != target.Length)
            throw new ArgumentException($"The predicted map has {predicted.Length} pixels, expected {target.Length} like the target. No "
                + $"map is resized here: bring both to one size first.", nameof(predicted));
        Check(predicted, "predicted map", nameof(predicted));
        Check(target, "target map", nameof(target));
    }

    public static void Check(ReadOnlySpan<float> predicted, ReadOnlySpan<int> fixations)
    {
        Check(predicted, "predicted map", nameof(predicted));
        foreach (int at in fixations)
            if ((uint)at >= (uint)predicted.Length)
                throw new ArgumentException(FormattableString.Invariant(
                    $"A fixation at pixel {at}, expected 0 to {predicted.Length - 1}."), nameof(fixations));
    }

    public static void Check(ReadOnlySpan<float> map, string what, string parameter)
    {
        if (map.IsEmpty) throw new ArgumentException($"The {what} has no pixels, expected at least one.", parameter);
        for (int i = 0; i < map.Length; i++)
            if (!float.IsFinite(map[i]))
                throw new ArgumentException(FormattableString.Invariant(
                    $"The {what} has the value {map[i]} at pixel {i}, expected finite numbers."), parameter);
    }

    // True where every pixel has one value. Not "standard deviation 0": that of 0.3 everywhere comes out at 1e-17.
    public static bool IsConstant(ReadOnlySpan<float> map) => !map.ContainsAnyExcept(map[0]);

    public static double Mean(ReadOnlySpan<float> map)
    {
        double sum = 0;
        foreach (float v in map) sum += v;
        return sum / map.Length;
    }

    // Σ (value − mean)².
    public static double Squares(ReadOnlySpan<float> map, double mean)
    {
        double sum = 0;
        foreach (float v in map) sum += (v - mean) * (v - mean);
        return sum;
    }

    // Sorts finite values in ascending order: by digits of their bits, several times as fast as by comparison.
    public static void Sort(Span<float> values)
    {
        if (values.Length < FewValues)
        {
            values.Sort();
            return;
        }
        uint[] rented = ArrayPool<uint>.Shared.Rent(values.Length);
        Span<uint> from = MemoryMarshal.Cast<float, uint>(values), to = rented.AsSpan(0, values.Length);
        Span<int> places = stackalloc int[Digits];
        // Bits of positive floats are in the order of their values, those of negative ones in reverse.
        foreach (ref uint bits in from) bits ^= (bits & 0x8000_0000) != 0 ? uint.MaxValue : 0x8000_0000;
        for (int shift = 0; shift < 32; shift += DigitBits)
        {
            places.Clear();
            foreach (uint bits in from) places[(int)(bits >> shift) & (Digits - 1)]++;
            int next = 0;
            foreach (ref int place in places) (place, next) = (next, next + place);
            foreach (uint bits in from) to[places[(int)(bits >> shift) & (Digits - 1)]++] = bits;
            Span<uint> sorted = to;
            to = from;
            from = sorted;
        }
        // Three passes: the sorted values lie in the rented array.
        for (int i = 0; i < from.Length; i++) to[i] = from[i] ^ ((from[i] & 0x8000_0000) != 0 ? 0x8000_0000 : uint.MaxValue);
        ArrayPool<uint>.Shared.Return(rented);
    }
}

/// <summary>A map as a density: its minimum subtracted only where that is negative, then divided by its sum; a map whose sum is 0 is
/// uniform.</summary>
readonly ref struct MapDensity
{
    readonly ReadOnlySpan<float> _map;
    readonly double _lift, _sum;

    public MapDensity(ReadOnlySpan<float> map)
    {
        _map = map;
        float least = map[0];
        foreach (float v in map) least = MathF.Min(least, v);
        _lift = least < 0 ? -(double)least : 0;
        double sum = 0;
        foreach (float v in map) sum += v + _lift;
        _sum = sum;
    }

    // The density of one pixel; all add up to 1.
    public double this[int i] => _sum > 0 ? (_map[i] + _lift) / _sum : 1.0 / _map.Length;
}
