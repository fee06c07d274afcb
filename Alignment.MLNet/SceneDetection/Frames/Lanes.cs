using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Alignment.MLNet.SceneDetection.Frames;

/// <summary>The few vector operations that .NET has no portable form of: the processor's own where there is one, the same integers
/// elsewhere.</summary>
static class Lanes
{
    // (a · b) >> 16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> MulHigh(Vector256<short> a, Vector256<short> b)
    {
        if (Avx2.IsSupported) return Avx2.MultiplyHigh(a, b);
        return Vector256.Narrow((Vector256.WidenLower(a) * Vector256.WidenLower(b)) >> 16,
            (Vector256.WidenUpper(a) * Vector256.WidenUpper(b)) >> 16);
    }

    // a₀b₀ + a₁b₁, a₂b₂ + a₃b₃, …
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MulAddPairs(Vector256<short> a, Vector256<short> b)
    {
        if (Avx2.IsSupported) return Avx2.MultiplyAddAdjacent(a, b);
        Vector256<int> x = a.AsInt32(), y = b.AsInt32();
        return ((x << 16) >> 16) * ((y << 16) >> 16) + (x >> 16) * (y >> 16);
    }

    // Sixteen bytes as words, in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Widen(Vector128<byte> bytes)
    {
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int16(bytes);
        return Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes)).AsInt16();
    }

    public static long AbsoluteDifference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        long sum = 0;
        int i = 0;
        if (Avx2.IsSupported)
        {
            var sums = Vector256<long>.Zero;
            for (; i <= a.Length - 32; i += 32)
                sums += Avx2.SumAbsoluteDifferences(Vector256.Create(a.Slice(i, 32)), Vector256.Create(b.Slice(i, 32))).AsInt64();
            sum = Vector256.Sum(sums);
        }
        else
        {
            var sums = Vector256<uint>.Zero;
            for (; i <= a.Length - 32; i += 32)
            {
                Vector256<byte> x = Vector256.Create(a.Slice(i, 32)), y = Vector256.Create(b.Slice(i, 32));
                var d = Vector256.Max(x, y) - Vector256.Min(x, y);
                var words = Vector256.WidenLower(d) + Vector256.WidenUpper(d);
                sums += Vector256.WidenLower(words) + Vector256.WidenUpper(words);
            }
            sum = Vector256.Sum(sums);
        }
        for (; i < a.Length; i++) sum += Math.Abs(a[i] - b[i]);
        return sum;
    }

    public static long Sum(ReadOnlySpan<byte> a)
    {
        long sum = 0;
        int i = 0;
        var sums = Vector256<uint>.Zero;
        for (; i <= a.Length - 32; i += 32)
        {
            Vector256<byte> x = Vector256.Create(a.Slice(i, 32));
            var words = Vector256.WidenLower(x) + Vector256.WidenUpper(x);
            sums += Vector256.WidenLower(words) + Vector256.WidenUpper(words);
        }
        sum = Vector256.Sum(sums);
        for (; i < a.Length; i++) sum += a[i];
        return sum;
    }
}
