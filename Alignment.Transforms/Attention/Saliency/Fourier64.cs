using System.Numerics;

namespace Alignment.Transforms.Attention.Saliency;

/// <summary>
/// The discrete Fourier transform of 64x64 complex numbers in double: radix 2, decimation in time (Cooley and Tukey 1965), all
/// columns at once. No scaling in either direction.
/// </summary>
static class Fourier64
{
    public const int Side = 64, Length = Side * Side;
    const int Bits = 6;

    static readonly (double Cos, double Sin)[] s_turns =
        [.. Enumerable.Range(0, Side / 2).Select(k => (Math.Cos(2 * Math.PI * k / Side), Math.Sin(2 * Math.PI * k / Side)))];

    // Transforms in place and leaves the result transposed, so that forward and back again is the right way up.
    public static void Transform(Span<double> re, Span<double> im, bool inverse)
    {
        Columns(re, im, inverse ? 1 : -1);
        Transpose(re);
        Transpose(im);
        Columns(re, im, inverse ? 1 : -1);
    }

    static void Columns(Span<double> re, Span<double> im, int sign)
    {
        for (int row = 0; row < Side; row++)
        {
            int other = 0;
            for (int bit = 0; bit < Bits; bit++) other |= (row >> bit & 1) << (Bits - 1 - bit);
            if (other <= row) continue;
            Swap(re, row, other);
            Swap(im, row, other);
        }
        for (int half = 1; half < Side; half *= 2)
        {
            for (int start = 0; start < Side; start += 2 * half)
            {
                for (int k = 0; k < half; k++)
                {
                    var (cos, sin) = s_turns[k * (Side / 2 / half)];
                    Butterfly(Row(re, start + k), Row(im, start + k), Row(re, start + k + half), Row(im, start + k + half), new(cos),
                        new(sign * sin));
                }
            }
        }
    }

    // Element by element, so that the machine's vector width changes no bit.
    static void Butterfly(Span<Vector<double>> ar, Span<Vector<double>> ai, Span<Vector<double>> br, Span<Vector<double>> bi,
        Vector<double> cos, Vector<double> sin)
    {
        for (int i = 0; i < ar.Length; i++)
        {
            Vector<double> tr = br[i] * cos - bi[i] * sin, ti = br[i] * sin + bi[i] * cos;
            (br[i], bi[i]) = (ar[i] - tr, ai[i] - ti);
            (ar[i], ai[i]) = (ar[i] + tr, ai[i] + ti);
        }
    }

    static Span<Vector<double>> Row(Span<double> all, int row) => MemoryMarshal.Cast<double, Vector<double>>(all.Slice(row * Side, Side));

    static void Swap(Span<double> all, int row, int other)
    {
        Span<Vector<double>> a = Row(all, row), b = Row(all, other);
        for (int i = 0; i < a.Length; i++) (a[i], b[i]) = (b[i], a[i]);
    }

    static void Transpose(Span<double> all)
    {
        for (int y = 0; y < Side; y++)
            for (int x = 0; x < y; x++) (all[y * Side + x], all[x * Side + y]) = (all[x * Side + y], all[y * Side + x]);
    }
}
