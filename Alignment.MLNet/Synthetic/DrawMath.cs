namespace Alignment.MLNet.Synthetic;

/// <summary>The few functions the drawing needs, from + − × ÷ and square root alone: those round the same everywhere, so a seed gives the
/// same picture on every machine, whatever its C library.</summary>
static class DrawMath
{
    public static float Clamp01(float v) => v < 0 ? 0 : v > 1 ? 1 : v;

    public static float Mix(float a, float b, float t) => a + (b - a) * t;

    // 0 below a, 1 above b, smooth between.
    public static float Step(float a, float b, float v)
    {
        float t = Clamp01((v - a) / (b - a));
        return t * t * (3 - 2 * t);
    }

    public static float Length(float x, float y) => MathF.Sqrt(x * x + y * y);

    // sin(2π t): folded to a quarter turn, then its Taylor series to the ninth power (error below 4e-6).
    public static float SinTurns(float turns)
    {
        float t = turns - MathF.Floor(turns);
        float x = (t < 0.25f ? t : t < 0.75f ? 0.5f - t : t - 1) * (2 * MathF.PI), z = x * x;
        return x * (1 - z / 6 * (1 - z / 20 * (1 - z / 42 * (1 - z / 72))));
    }

    public static float CosTurns(float turns) => SinTurns(turns + 0.25f);

    // eˣ for x ≤ 0 as (e^(x/64))^64 with a Taylor series inside; 0 below −20.
    public static double ExpNegative(double x)
    {
        if (x < -20) return 0;
        double y = x / 64, e = 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4 * (1 + y / 5))));
        for (int i = 0; i < 6; i++) e *= e;
        return e;
    }

    // Smooth noise in 0..1 over the plane, one lattice cell a unit.
    public static float Noise(float x, float y, uint seed)
    {
        int ix = (int)MathF.Floor(x), iy = (int)MathF.Floor(y);
        float fx = x - ix, fy = y - iy;
        fx = fx * fx * (3 - 2 * fx);
        fy = fy * fy * (3 - 2 * fy);
        return Mix(Mix(Lattice(ix, iy, seed), Lattice(ix + 1, iy, seed), fx),
            Mix(Lattice(ix, iy + 1, seed), Lattice(ix + 1, iy + 1, seed), fx), fy);
    }

    // A fixed number in 0..1 for a lattice point (an integer hash with the constants of MurmurHash3's finaliser).
    static float Lattice(int x, int y, uint seed)
    {
        unchecked
        {
            uint h = seed ^ (uint)x * 0x9E3779B9u ^ (uint)y * 0x85EBCA6Bu;
            h = (h ^ h >> 16) * 0x85EBCA6Bu;
            h = (h ^ h >> 13) * 0xC2B2AE35u;
            return ((h ^ h >> 16) >> 8) * (1f / (1 << 24));
        }
    }
}

// A linear mix of red, green and blue in 0..1.
readonly record struct Ink(float R, float G, float B)
{
    public static Ink Of(int rgb) => new((rgb >> 16 & 255) / 255f, (rgb >> 8 & 255) / 255f, (rgb & 255) / 255f);

    public static Ink Mix(Ink a, Ink b, float t) => new(DrawMath.Mix(a.R, b.R, t), DrawMath.Mix(a.G, b.G, t), DrawMath.Mix(a.B, b.B, t));

    public Ink Times(float f) => new(R * f, G * f, B * f);

    public Ink Plus(float f) => new(R + f, G + f, B + f);

    public float Luma => 0.299f * R + 0.587f * G + 0.114f * B;

    // Away from its own grey (above 1) or towards it (below).
    public Ink Saturated(float by)
    {
        float grey = Luma;
        return new(grey + (R - grey) * by, grey + (G - grey) * by, grey + (B - grey) * by);
    }

    public Ink Clamped() => new(DrawMath.Clamp01(R), DrawMath.Clamp01(G), DrawMath.Clamp01(B));

    public static byte Byte(float v) => (byte)(DrawMath.Clamp01(v) * 255 + 0.5f);
}

// Seeded numbers in order, one stream per purpose.
sealed class Draws(ulong seed, string purpose)
{
    long _at;

    public float Between(float low, float high)
    {
        Span<double> one = stackalloc double[1];
        SeededNormal.FillUniform(one, seed, purpose, _at++);
        return (float)(low + (high - low) * one[0]);
    }

    public int Pick(int count) => Math.Min(count - 1, (int)Between(0, count));
}
