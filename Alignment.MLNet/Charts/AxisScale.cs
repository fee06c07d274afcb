namespace Alignment.MLNet.Charts;

// A straight axis with round marks: 1, 2 or 5 times a power of ten apart, as people draw them.
sealed record AxisScale
{
    AxisScale(double low, double high, double step) => (Low, High, Step) = (low, high, step);

    public double Low { get; }

    public double High { get; }

    public double Step { get; }

    // An axis from the smallest to the largest finite value, widened to marks at both ends, about marks of them; 0 to 1 without values.
    public static AxisScale Around(IEnumerable<double> values, bool withZero = true, int marks = 5)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double v in values)
        {
            if (!double.IsFinite(v)) continue;
            (low, high) = (Math.Min(low, v), Math.Max(high, v));
        }
        if (low > high) return new(0, 1, 0.25);
        if (withZero) (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        double span = high - low;
        // All values the same (or so near that marks between them could not be told apart): some room about them.
        if (!(span > 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high)))) (low, high) = high == 0 ? (0, 1)
            : (low - Math.Abs(low) / 2, high + Math.Abs(high) / 2);
        double rough = (high / marks) - (low / marks), power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
        return new(Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step, step);
    }

    public static AxisScale Counting(int last, int marks = 8) =>
        new(0.5, Math.Max(1, last) + 0.5, Math.Max(1, Math.Ceiling(last / (double)marks)));

    public IEnumerable<double> Marks
    {
        get
        {
            double first = Math.Ceiling(Low / Step - 1e-9);
            for (int i = 0; i <= 50 && (first + i) * Step <= High + 1e-9 * Step; i++) yield return (first + i) * Step;
        }
    }

    // The place of a value, 0 at Low to 1 at High; those outside lie at the end.
    public double Share(double value) => Math.Clamp((value - Low) / (High - Low), 0, 1);

    public string Text(double mark)
    {
        if (Math.Abs(mark) < Step / 1000) return "0";
        int digits = Math.Max(0, -(int)Math.Floor(Math.Log10(Step)));
        string format = digits > 6 || Math.Abs(mark) >= 1e7 ? "0.##e0"
            : Invariant($"{(Math.Abs(mark) >= 10_000 ? 'N' : 'F')}{digits}");
        return mark.ToString(format, CultureInfo.InvariantCulture).Replace('-', '\u2212');
    }
}
