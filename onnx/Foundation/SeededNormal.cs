using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Alignment;

/// <summary>
/// Seeded numbers, the same bits on every machine: element i of a stream depends only on the seed, the stream's purpose and i:
/// <list type="number">
/// <item>key = the seed's low and high 32 bits; tag = the first 8 bytes of SHA-256(UTF-8 of purpose), little-endian.</item>
/// <item>elements 2b and 2b+1 come from the Philox4x32-10 block with counter (b low, b high, tag low, tag high):
/// w = X0 + 2³² X1 (even), X2 + 2³² X3 (odd).</item>
/// <item>u = (⌊w / 2¹²⌋ + ½) / 2⁵², strictly between 0 and 1.</item>
/// <item>the normal number is <see cref="Quantile"/>(u), rounded to float32.</item>
/// </list>
/// </summary>
static class SeededNormal
{
    /// <summary>
    /// Standard normal numbers from element <paramref name="start"/> of the stream named <paramref name="purpose"/> ("scene-7/latents").
    /// </summary>
    public static void Fill(Span<float> into, ulong seed, string purpose, long start = 0)
    {
        var stream = new Stream(seed, purpose, start);
        for (int i = 0; i < into.Length; i++) into[i] = (float)Quantile(stream.Next());
    }

    // Uniform numbers in the open interval (0, 1).
    public static void FillUniform(Span<double> into, ulong seed, string purpose, long start = 0)
    {
        var stream = new Stream(seed, purpose, start);
        for (int i = 0; i < into.Length; i++) into[i] = stream.Next();
    }

    /// <summary>
    /// Φ⁻¹(p), 0 &lt; p &lt; 1, relative accuracy about 1e-16: PPND16 of Wichura, "Algorithm AS 241" (Applied Statistics 37, 1988), using
    /// only operations that IEEE 754 rounds exactly.
    /// </summary>
    public static double Quantile(double p)
    {
        if (!(p > 0 && p < 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "The quantile is finite only for 0 < p < 1.");
        double q = p - 0.5;
        if (Math.Abs(q) <= 0.425) return q * Ratio(0.180625 - q * q, s_nearNumerator, s_nearDenominator);
        double r = Math.Sqrt(-Log(q < 0 ? p : 1 - p));
        double tail = r <= 5 ? Ratio(r - 1.6, s_midNumerator, s_midDenominator) : Ratio(r - 5, s_farNumerator, s_farDenominator);
        return q < 0 ? -tail : tail;
    }

    // ln(m·2ᵉ) = e ln 2 + 2 artanh((m−1)/(m+1)), from + − × ÷ only.
    public static double Log(double x)
    {
        // ln 2 in two parts, so that e·high is exact
        const double ln2High = 6.93147180369123816490e-01, ln2Low = 1.90821492927058770002e-10;
        long bits = BitConverter.DoubleToInt64Bits(x);
        int e = (int)(bits >> 52) - 1022;
        double m = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FE0_0000_0000_0000);   // [0.5, 1)
        if (m < 0.70710678118654752)
        {
            m *= 2;
            e--;
        }
        double s = (m - 1) / (m + 1), z = s * s;   // |s| ≤ 0.172, z ≤ 0.0295: twelve terms reach 1e-19
        double sum = 0;
        for (int k = 12; k >= 1; k--) sum = (sum + 1.0 / (2 * k + 1)) * z;
        return e * ln2High + (2 * s + (2 * s * sum + e * ln2Low));
    }

    static double Ratio(double r, double[] numerator, double[] denominator) => Horner(r, numerator) / Horner(r, denominator);

    static double Horner(double r, double[] ascending)
    {
        double sum = ascending[^1];
        for (int i = ascending.Length - 2; i >= 0; i--) sum = sum * r + ascending[i];
        return sum;
    }

    // The coefficients of AS 241 in ascending order: a and b (centre), c and d (r ≤ 5), e and f (beyond).
    static readonly double[] s_nearNumerator =
        [3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4,
        6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3];
    static readonly double[] s_nearDenominator =
        [1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
        2.8729085735721942674e4, 5.2264952788528545610e3];
    static readonly double[] s_midNumerator =
        [1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504, 1.27045825245236838258,
        2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4];
    static readonly double[] s_midDenominator =
        [1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
        5.47593808499534494600e-4, 1.05075007164441684324e-9];
    static readonly double[] s_farNumerator =
        [6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1, 2.65321895265761230930e-2,
        1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7];
    static readonly double[] s_farDenominator =
        [1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
        1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15];

    struct Stream
    {
        readonly uint _k0, _k1, _tag0, _tag1;
        long _at;
        ulong _odd;

        public Stream(ulong seed, string purpose, long start)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(start);
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(purpose), digest);
            (_k0, _k1) = ((uint)seed, (uint)(seed >> 32));
            (_tag0, _tag1) = (BinaryPrimitives.ReadUInt32LittleEndian(digest), BinaryPrimitives.ReadUInt32LittleEndian(digest[4..]));
            _at = start & ~1L;
            if ((start & 1) == 1) Next();
        }

        public double Next()
        {
            ulong w = _odd;
            if ((_at & 1) == 0)
            {
                ulong block = (ulong)_at >> 1;
                var (x0, x1, x2, x3) = Philox.Block((uint)block, (uint)(block >> 32), _tag0, _tag1, _k0, _k1);
                (w, _odd) = (x0 | (ulong)x1 << 32, x2 | (ulong)x3 << 32);
            }
            _at++;
            return ((w >> 12) + 0.5) * (1.0 / (1L << 52));
        }
    }
}
