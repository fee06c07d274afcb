using System.Runtime.Intrinsics;

namespace Alignment.Transforms.Attention;

/// <summary>
/// Sums in double over four fixed lanes, never over the machine's own vector width, so that a map gives the same bits everywhere.
/// </summary>
static class AttentionMaps
{
    public static double Sum(ReadOnlySpan<float> a)
    {
        ref float from = ref MemoryMarshal.GetReference(a);
        var lanes = Vector256<double>.Zero;
        int i = 0;
        for (; i + 3 < a.Length; i += 4)
        {
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, (nuint)i));
            lanes += Vector256.Create(low, high);
        }
        double s0 = lanes[0];
        for (; i < a.Length; i++) s0 += a[i];
        return s0 + lanes[1] + (lanes[2] + lanes[3]);
    }

    public static double Sum(ReadOnlySpan<double> a)
    {
        ref double from = ref MemoryMarshal.GetReference(a);
        var lanes = Vector256<double>.Zero;
        int i = 0;
        for (; i + 3 < a.Length; i += 4) lanes += Vector256.LoadUnsafe(ref from, (nuint)i);
        return Sum(lanes, a[i..]);
    }

    // Four lanes and the values left over, in the order that every sum here has.
    public static double Sum(Vector256<double> lanes, ReadOnlySpan<double> left)
    {
        double s0 = lanes[0];
        foreach (double value in left) s0 += value;
        return s0 + lanes[1] + (lanes[2] + lanes[3]);
    }

    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref float one = ref MemoryMarshal.GetReference(a), other = ref MemoryMarshal.GetReference(b[..a.Length]);
        var lanes = Vector256<double>.Zero;
        int i = 0;
        for (; i + 3 < a.Length; i += 4)
        {
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref one, (nuint)i));
            var (otherLow, otherHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref other, (nuint)i));
            lanes += Vector256.Create(low * otherLow, high * otherHigh);
        }
        double s0 = lanes[0];
        for (; i < a.Length; i++) s0 += (double)a[i] * b[i];
        return s0 + lanes[1] + (lanes[2] + lanes[3]);
    }

    public static void Check(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask)
    {
        if (attention.Length != mask.Length)
            throw new ArgumentException(
                $"The mask has {mask.Length} pixels, expected {attention.Length} like the attention map. Resize both to one size "
                + $"first.", nameof(mask));
        InUnit(attention, "attention map", nameof(attention));
        InUnit(mask, "mask", nameof(mask));
    }

    public static void CheckSize(ReadOnlySpan<float> attention, int width, int height)
    {
        if (width < 1 || height < 1 || attention.Length != (long)width * height)
            throw new ArgumentException($"The attention map has {attention.Length} pixels, expected {width} x {height}.",
                nameof(attention));
    }

    public static void CheckAlpha(double alpha)
    {
        if (!(alpha >= 0 && double.IsFinite(alpha)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "An attention multiplier is a finite number, 0 or more.");
    }

    public static void CheckRoom(ReadOnlySpan<float> attention, Span<float> modified)
    {
        if (modified.Length != attention.Length)
            throw new ArgumentException(
                $"The result has room for {modified.Length} pixels, expected {attention.Length} like the attention map.", nameof(modified));
    }

    static void InUnit(ReadOnlySpan<float> values, string what, string parameter)
    {
        ref float from = ref MemoryMarshal.GetReference(values);
        Vector256<float> good = Vector256<float>.AllBitsSet;
        int at = 0;
        for (; at + Vector256<float>.Count <= values.Length; at += Vector256<float>.Count)
        {
            Vector256<float> v = Vector256.LoadUnsafe(ref from, (nuint)at);
            // NaN compares false
            good &= Vector256.GreaterThanOrEqual(v, Vector256<float>.Zero) & Vector256.LessThanOrEqual(v, Vector256<float>.One);
        }
        if (!Vector256.EqualsAll(good.AsInt32(), Vector256<int>.AllBitsSet)) at = 0;
        while (at < values.Length && values[at] >= 0f && values[at] <= 1f) at++;
        if (at == values.Length) return;
        throw new ArgumentException(FormattableString.Invariant(
            $"The {what} has the value {values[at]} at pixel {at}, expected 0..1. Normalise it first."), parameter);
    }
}
