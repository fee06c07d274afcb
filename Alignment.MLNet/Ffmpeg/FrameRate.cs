namespace Alignment.MLNet.Ffmpeg;

// Frames per second as an exact fraction: 25/1, 30000/1001. Television rates have no finite decimal form.
readonly record struct FrameRate
{
    // Rates outside are unit mistakes or hostile headers, not video.
    const double SlowestFps = 0.01, FastestFps = 1000;

    /// <summary>Reduces the fraction.</summary>
    /// <exception cref="BadDataException">The rate lies outside 0.01 … 1000 frames per second.</exception>
    public FrameRate(long numerator, long denominator = 1)
    {
        double fps = denominator == 0 ? double.NaN : (double)numerator / denominator;
        if (numerator <= 0 || denominator <= 0 || !(fps >= SlowestFps && fps <= FastestFps))
            throw BadDataException.For("The frame rate", $"{numerator}/{denominator}",
                "between 0.01 and 1000 frames per second", "Give the rate as frames per second, such as 25 or 30000/1001.");
        long divisor = Gcd(numerator, denominator);
        (Numerator, Denominator) = (numerator / divisor, denominator / divisor);
    }

    public long Numerator { get; }

    public long Denominator { get; }

    // Frames per second as the nearest double.
    public double Fps => (double)Numerator / Denominator;

    // The time at which frame frame (0-based) is first shown, in seconds.
    public double SecondsAt(long frame) => frame * (double)Denominator / Numerator;

    // The number of the frame boundary nearest to seconds.
    public long FrameAt(double seconds) => (long)Math.Round(seconds * Numerator / Denominator, MidpointRounding.AwayFromZero);

    // The fraction behind a decimal: 25 → 25/1, 29.97 → 30000/1001, 12.5 → 25/2. Decimals within 0.005 of a television rate (n·1000/1001)
    // are that rate.
    public static FrameRate FromFps(double fps)
    {
        if (!(fps >= SlowestFps && fps <= FastestFps))
            throw BadDataException.For("The frame rate", $"{fps:R}",
                "between 0.01 and 1000 frames per second", "Give the rate as frames per second.");
        if (Math.Abs(fps - Math.Round(fps)) < 1e-6) return new((long)Math.Round(fps));
        long above = (long)Math.Ceiling(fps);
        if (Math.Abs(fps - above * 1000.0 / 1001) < 0.005) return new(above * 1000, 1001);
        return new((long)Math.Round(fps * 1000), 1000);
    }

    // Reads "25", "29.97" or "30000/1001" (invariant culture).
    public static bool TryParse(string? text, out FrameRate rate)
    {
        rate = default;
        string[] parts = (text ?? "").Split('/');
        try
        {
            if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long n)
                && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long d))
                rate = new(n, d);
            else if (parts.Length == 1 && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double fps))
                rate = FromFps(fps);
            else
                return false;
            return true;
        }
        catch (BadDataException)
        {
            return false;
        }
    }

    // "25" or "30000/1001", as ffmpeg reads it.
    public override string ToString() => Denominator == 1
        ? Invariant($"{Numerator}")
        : Invariant($"{Numerator}/{Denominator}");

    static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
