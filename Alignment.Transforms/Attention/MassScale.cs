using System.Runtime.Intrinsics;

namespace Alignment.Transforms.Attention;

// The scale s that gives a clipped map a wanted total: Σ min(1, s B) = target.
static class MassScale
{
    /// <summary>
    /// Water filling: scale what is not clipped to the mass that is left, mark what now exceeds 1, repeat. s only grows and each round
    /// clips at least one pixel more, so it ends with the exact root.
    /// </summary>
    /// <returns>s; positive infinity when even every positive pixel at 1 holds less than the target.</returns>
    public static double Solve(ReadOnlySpan<double> values, double sum, double target)
    {
        double largest = values.IsEmpty ? 0 : TensorPrimitives.Max(values);
        double scale = 0;
        long clipped = -1;
        while (true)
        {
            double free = sum;
            long full = 0;
            if (largest * scale >= 1) (full, free) = Split(values, scale);
            if (full == clipped) return scale;
            clipped = full;
            if (free == 0) return full == target ? scale : double.PositiveInfinity;
            scale = Math.Max(scale, (target - full) / free);
        }
    }

    // How many values reach 1, and the sum of the others.
    static (long Full, double Free) Split(ReadOnlySpan<double> values, double scale)
    {
        ref double from = ref MemoryMarshal.GetReference(values);
        Vector256<double> factor = Vector256.Create(scale), one = Vector256<double>.One, lanes = Vector256<double>.Zero;
        Vector256<long> reached = Vector256<long>.Zero;
        int i = 0;
        for (; i + 3 < values.Length; i += 4)
        {
            Vector256<double> v = Vector256.LoadUnsafe(ref from, (nuint)i), full = Vector256.GreaterThanOrEqual(v * factor, one);
            reached -= full.AsInt64();   // all bits set is −1
            lanes += Vector256.AndNot(v, full);
        }
        long count = Vector256.Sum(reached);
        Span<double> left = stackalloc double[4];
        left = left[..(values.Length - i)];
        for (int k = 0; k < left.Length; k++)
        {
            double v = values[i + k];
            bool full = v * scale >= 1;
            count += full ? 1 : 0;
            left[k] = full ? 0 : v;
        }
        return (count, AttentionMaps.Sum(lanes, left));
    }

    // Writes min(1, s B) as float32.
    public static void Fill(ReadOnlySpan<double> values, double scale, Span<float> into) => _ = Scale(values, scale, into);

    // Also returns the total as stored and how many pixels were cut.
    public static (double Sum, long Clipped) Write(ReadOnlySpan<double> values, double scale, Span<float> into)
    {
        long clipped = Scale(values, scale, into);
        return (AttentionMaps.Sum(into), clipped);
    }

    static long Scale(ReadOnlySpan<double> values, double scale, Span<float> into)
    {
        ref double from = ref MemoryMarshal.GetReference(values);
        ref float to = ref MemoryMarshal.GetReference(into[..values.Length]);
        Vector256<double> factor = Vector256.Create(scale), one = Vector256<double>.One;
        Vector256<long> cut = Vector256<long>.Zero;
        int i = 0;
        for (; i + 3 < values.Length; i += 4)
        {
            Vector256<double> v = Vector256.LoadUnsafe(ref from, (nuint)i), some = Vector256.GreaterThan(v, Vector256<double>.Zero);
            v = Vector256.ConditionalSelect(some, v * factor, Vector256<double>.Zero);   // 0 × ∞ stays 0
            Vector256<double> above = Vector256.GreaterThan(v, one);
            cut -= above.AsInt64();   // all bits set is −1
            v = Vector256.ConditionalSelect(above, one, v);
            Vector128.Narrow(v.GetLower(), v.GetUpper()).StoreUnsafe(ref to, (nuint)i);
        }
        long clipped = Vector256.Sum(cut);
        for (; i < values.Length; i++)
        {
            double v = values[i] > 0 ? values[i] * scale : 0;
            if (v > 1)
            {
                clipped++;
                v = 1;
            }
            into[i] = (float)v;
        }
        return clipped;
    }
}
