using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Alignment.Transforms.Images;

/// <summary>
/// The inner loops of resizing, several pixels at a time. Every value is made by the same operations in the same order as one at a time
/// would be, without fused multiplication, so that the result is the same bits on every machine.
/// </summary>
static class RowResize
{
    /// <summary>to = from ÷ divisor · weight, or that added to what is there.</summary>
    public static void Weigh(ReadOnlySpan<byte> from, float divisor, float weight, bool add, Span<float> to)
    {
        ref byte source = ref MemoryMarshal.GetReference(from);
        ref float target = ref MemoryMarshal.GetReference(to[..from.Length]);
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<float> d = Vector256.Create(divisor), w = Vector256.Create(weight);
            for (; i + Vector128<byte>.Count <= from.Length; i += Vector128<byte>.Count)
            {
                var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref source, (nuint)i));
                Weigh(low, d, w, divisor, add, ref Unsafe.Add(ref target, i));
                Weigh(high, d, w, divisor, add, ref Unsafe.Add(ref target, i + Vector128<ushort>.Count));
            }
        }
        for (; i < from.Length; i++) to[i] = One(from[i], divisor, weight, add, to[i]);
    }

    static void Weigh(Vector128<ushort> values, Vector256<float> d, Vector256<float> w, float divisor, bool add, ref float target)
    {
        var (low, high) = Vector128.Widen(values);
        Vector256<float> v = Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32());
        if (divisor != 1f) v /= d;
        v *= w;
        if (add) v += Vector256.LoadUnsafe(ref target);
        v.StoreUnsafe(ref target);
    }

    /// <inheritdoc cref="Weigh(ReadOnlySpan{byte}, float, float, bool, Span{float})"/>
    public static void Weigh(ReadOnlySpan<float> from, float divisor, float weight, bool add, Span<float> to)
    {
        ref float source = ref MemoryMarshal.GetReference(from), target = ref MemoryMarshal.GetReference(to[..from.Length]);
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<float> d = Vector256.Create(divisor), w = Vector256.Create(weight);
            for (; i + Vector256<float>.Count <= from.Length; i += Vector256<float>.Count)
            {
                Vector256<float> v = Vector256.LoadUnsafe(ref source, (nuint)i);
                if (divisor != 1f) v /= d;
                v *= w;
                if (add) v += Vector256.LoadUnsafe(ref target, (nuint)i);
                v.StoreUnsafe(ref target, (nuint)i);
            }
        }
        for (; i < from.Length; i++) to[i] = One(from[i], divisor, weight, add, to[i]);
    }

    /// <inheritdoc cref="Weigh(ReadOnlySpan{byte}, float, float, bool, Span{float})"/>
    public static void Weigh(ReadOnlySpan<ushort> from, float divisor, float weight, bool add, Span<float> to)
    {
        for (int i = 0; i < from.Length; i++) to[i] = One(from[i], divisor, weight, add, to[i]);
    }

    static float One(float value, float divisor, float weight, bool add, float there)
    {
        float weighed = value / divisor * weight;
        return add ? weighed + there : weighed;
    }

    /// <summary>Resizes one row of one channel.</summary>
    public static void Across(ReadOnlySpan<float> row, AxisWeights across, Span<float> to)
    {
        int x = 0;
        if (Avx2.IsSupported && across.Taps <= MostGathered)
            for (; x + Vector256<float>.Count <= to.Length; x += Vector256<float>.Count) Gather(row, across, x).CopyTo(to[x..]);
        for (; x < to.Length; x++)
        {
            var weights = across.Weights(x);
            var source = row.Slice(across.First(x), weights.Length);
            float sum = 0;
            for (int k = 0; k < weights.Length; k++) sum += weights[k] * source[k];
            to[x] = sum;
        }
    }

    /// <summary>With more taps than this a pixel, reading them one after the other is no slower.</summary>
    const int MostGathered = 8;

    static unsafe Vector256<float> Gather(ReadOnlySpan<float> row, AxisWeights across, int x)
    {
        Vector256<int> at = across.FirstOf(x), last = Vector256.Create(row.Length - 1);
        var sum = Vector256<float>.Zero;
        fixed (float* start = row)
        {
            for (int k = 0; k < across.Taps; k++)
            {
                // A position with fewer taps reads something inside the row and leaves its sum alone.
                Vector256<float> values = Avx2.GatherVector256(start, Vector256.Min(at + Vector256.Create(k), last), sizeof(float));
                Vector256<float> weights = across.WeightOf(k, x);
                sum = Vector256.ConditionalSelect(Vector256.Equals(weights, Vector256<float>.Zero), sum, sum + weights * values);
            }
        }
        return sum;
    }

    /// <summary>Resizes one row of three interleaved channels into three planes; <paramref name="row"/> has room for one value more.</summary>
    public static void AcrossRgb(ReadOnlySpan<float> row, AxisWeights across, Span<float> red, Span<float> green, Span<float> blue)
    {
        ref float start = ref MemoryMarshal.GetReference(row);
        for (int x = 0; x < red.Length; x++)
        {
            var weights = across.Weights(x);
            int at = 3 * across.First(x);
            _ = row.Slice(at, 3 * weights.Length + 1);
            var sum = Vector128<float>.Zero;
            foreach (float w in weights)
            {
                sum += w * Vector128.LoadUnsafe(ref start, (nuint)at);   // the fourth lane is the next pixel's and not used
                at += 3;
            }
            (red[x], green[x], blue[x]) = (sum[0], sum[1], sum[2]);
        }
    }
}
