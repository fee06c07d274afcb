using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Alignment.Transforms.Images;

/// <summary>
/// The inner loops of resizing: rows are averaged down one by one, laid side by side eight at a time, and go across together. Every value
/// is made by the same operations in the same order, without fused multiplication, so that its bits are the same on every machine.
/// </summary>
static class RowResize
{
    // Rows that go across together.
    public const int Together = Transpose8x8.Side;

    public static void Down<T>(ReadOnlySpan<T> rows, ReadOnlySpan<float> weights, Span<float> to) where T : unmanaged, INumber<T>
    {
        int n = to.Length, i = 0;
        ref T from = ref MemoryMarshal.GetReference(rows[..(n * weights.Length)]);
        ref float into = ref MemoryMarshal.GetReference(to);
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 2 * Together <= n; i += 2 * Together)
            {
                Vector256<float> low = Vector256<float>.Zero, high = low;
                ref T row = ref Unsafe.Add(ref from, i);
                foreach (float weight in weights)
                {
                    low += Eight(ref row) * weight;
                    high += Eight(ref Unsafe.Add(ref row, Together)) * weight;
                    row = ref Unsafe.Add(ref row, n);
                }
                low.StoreUnsafe(ref into, (nuint)i);
                high.StoreUnsafe(ref into, (nuint)(i + Together));
            }
        }
        for (; i < n; i++)
        {
            float sum = 0;
            for (int k = 0; k < weights.Length; k++) sum += float.CreateTruncating(rows[k * n + i]) * weights[k];
            to[i] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Eight<T>(ref T first) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Vector256.LoadUnsafe(ref Unsafe.As<T, float>(ref first));
        if (typeof(T) == typeof(ushort)) return Singles(Vector128.LoadUnsafe(ref Unsafe.As<T, ushort>(ref first)));
        if (typeof(T) != typeof(byte)) throw new NotSupportedException($"Samples of type {typeof(T).Name}.");
        Vector128<byte> bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<T, byte>(ref first))).AsByte();
        return Avx2.IsSupported ? Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(bytes)) : Singles(Vector128.WidenLower(bytes));
    }

    static Vector256<float> Singles(Vector128<ushort> values) =>
        Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values)).AsInt32());

    /// <summary>
    /// Lays <see cref="Together"/> rows [<see cref="Together"/>, length] side by side, [length, <see cref="Together"/>], as <see
    /// cref="Across"/> takes them.
    /// </summary>
    public static void Interleave(ReadOnlySpan<float> rows, int length, Span<float> to)
    {
        ref float from = ref MemoryMarshal.GetReference(rows[..(Together * length)]),
            into = ref MemoryMarshal.GetReference(to[..(Together * length)]);
        int i = 0;
        for (; i + Together <= length; i += Together)
            Transpose8x8.Transpose(ref Unsafe.Add(ref from, i), length, ref Unsafe.Add(ref into, Together * i), Together);
        for (; i < length; i++)
            for (int r = 0; r < Together; r++) to[Together * i + r] = rows[r * length + i];
    }

    /// <summary>
    /// to[r · width + x] = min(Σ weights of x · values of row r ÷ <paramref name="divisor"/>, <paramref name="most"/>), for rows [source
    /// pixels, <paramref name="channels"/>, <see cref="Together"/>] from the wanted channel on: rounded weights of an average may add up to
    /// a hair more than 1.
    /// </summary>
    public static void Across(ReadOnlySpan<float> rows, int channels, AxisWeights across, float divisor, float most, Span<float> to)
    {
        int width = across.Count, x = 0, count = to.Length / width;
        ref float from = ref MemoryMarshal.GetReference(rows[..(((across.From - 1) * channels + 1) * Together)]),
            into = ref MemoryMarshal.GetReference(to[..(count * width)]);
        Vector256<float> divisors = Vector256.Create(divisor), limits = Vector256.Create(most);
        Span<float> sums = stackalloc float[Together * Together];
        ref float sum = ref MemoryMarshal.GetReference(sums);
        if (count == Together)
        {
            for (; x + Together <= width; x += Together)
            {
                for (int k = 0; k < Together; k++) Column(ref from, x + k).StoreUnsafe(ref sum, (nuint)(k * Together));
                Transpose8x8.Transpose(ref sum, Together, ref Unsafe.Add(ref into, x), width);
            }
        }
        for (; x < width; x++)
        {
            Vector256<float> column = Column(ref from, x);
            for (int r = 0; r < count; r++) to[r * width + x] = column[r];
        }

        Vector256<float> Column(ref float from, int x)
        {
            Vector256<float> value = Sum(ref from, channels, across, x) / divisors;
            return Vector256.ConditionalSelect(Vector256.GreaterThan(value, limits), limits, value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Sum(ref float from, int channels, AxisWeights across, int x)
    {
        ref float at = ref Unsafe.Add(ref from, across.First(x) * channels * Together);
        var sum = Vector256<float>.Zero;
        foreach (float weight in across.Weights(x))
        {
            sum += Vector256.LoadUnsafe(ref at) * weight;
            at = ref Unsafe.Add(ref at, channels * Together);
        }
        return sum;
    }
}
