using System.Runtime.Intrinsics;

namespace Alignment.Transforms.Attention;

/// <summary>
/// Gives the product α times its attention; the rest of the scene pays for it (or receives it, α &lt; 1): <c>B = A (1 − M) + α A M</c>,
/// <c>A' = clip(s B, 0, 1)</c>. s = ΣA / ΣB, as the original has it, loses what clipping cuts off; with <c>preserveMass</c> it is solved
/// from Σ min(1, s B) = ΣA, and where even every pixel at 1 holds less (α = 0 empties the product), all are 1. α = 1, a mask without
/// product, and α = 0 where all attention is on the product return A.
/// </summary>
static class AttentionChange
{
    const double LargestPlainAlpha = 1e100;

    /// <summary>
    /// <paramref name="attention"/> and <paramref name="mask"/> (soft masks weigh) are in 0..1 and equally long; <paramref
    /// name="modified"/> may be <paramref name="attention"/>.
    /// </summary>
    /// <exception cref="ArgumentException">Lengths differ, a value is not in 0..1, or <paramref name="alpha"/> is negative or not
    /// finite.</exception>
    public static AttentionBalance Apply(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask, double alpha, bool preserveMass,
        Span<float> modified)
    {
        AttentionMaps.CheckAlpha(alpha);
        AttentionMaps.Check(attention, mask);
        AttentionMaps.CheckRoom(attention, modified);

        double before = AttentionMaps.Sum(attention), on = AttentionMaps.Dot(attention, mask);
        if (alpha == 1 || before == 0 || on == 0) return Unchanged(attention, modified, before);

        using var rented = new Rented<double>(attention.Length);
        Span<double> changed = rented.Span;
        // B in units in which a sum over it cannot overflow; the scale makes up for it.
        double unit = alpha > LargestPlainAlpha ? alpha : 1, sum = Weigh(attention, mask, alpha / unit, unit, changed);
        if (sum == 0) return Unchanged(attention, modified, before);

        double scale = preserveMass ? MassScale.Solve(changed, sum, before) : before / sum;
        var (after, clipped) = MassScale.Write(changed, scale, modified);
        return new(before, after, scale / unit, clipped);
    }

    // B = A (1 − M) ÷ unit + (α ÷ unit) A M, four pixels at a time; returns Σ B.
    static double Weigh(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask, double onProduct, double unit, Span<double> changed)
    {
        ref float from = ref MemoryMarshal.GetReference(attention), on = ref MemoryMarshal.GetReference(mask);
        ref double to = ref MemoryMarshal.GetReference(changed);
        Vector256<double> one = Vector256<double>.One, units = Vector256.Create(unit), factor = Vector256.Create(onProduct),
            lanes = Vector256<double>.Zero;
        int i = 0;
        for (; i + 3 < changed.Length; i += 4)
        {
            var (al, ah) = Vector128.Widen(Vector128.LoadUnsafe(ref from, (nuint)i));
            var (ml, mh) = Vector128.Widen(Vector128.LoadUnsafe(ref on, (nuint)i));
            Vector256<double> a = Vector256.Create(al, ah), m = Vector256.Create(ml, mh), rest = a * (one - m);
            if (unit != 1) rest /= units;
            Vector256<double> b = rest + factor * a * m;
            lanes += b;
            b.StoreUnsafe(ref to, (nuint)i);
        }
        Span<double> left = changed[i..];
        for (; i < changed.Length; i++) changed[i] = (double)attention[i] * (1 - (double)mask[i]) / unit
            + onProduct * attention[i] * mask[i];
        return AttentionMaps.Sum(lanes, left);
    }

    static AttentionBalance Unchanged(ReadOnlySpan<float> attention, Span<float> modified, double sum)
    {
        attention.CopyTo(modified);
        return new(sum, sum, 1, 0);
    }
}
