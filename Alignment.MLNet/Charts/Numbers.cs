namespace Alignment.MLNet.Charts;

// Numbers as pages, plots and sentences write them: a decimal point, a real minus, as many digits as mean something.
static class Numbers
{
    const string None = "–";

    public static string Short(double value)
    {
        if (!double.IsFinite(value)) return None;
        string format = Math.Abs(value) switch
        {
            >= 1e6 or (> 0 and < 1e-4) => "0.###e0",
            >= 1000 => "0",
            >= 100 => "0.#",
            >= 10 => "0.##",
            >= 1 => "0.###",
            _ => "0.####",
        };
        return Minus(value.ToString(format, CultureInfo.InvariantCulture));
    }

    public static string Short(double? value) => value is { } v ? Short(v) : None;

    // "+0.70 [0.54, 0.86]": shares in points, to the hundredth; one value where nothing varies.
    public static string Points(double at, double? low = null, double? high = null)
    {
        return low is { } l && high is { } h && l != h ? $"{Two(at, "+")} [{Two(l, "")}, {Two(h, "")}]" : Two(at, "+");

        static string Two(double v, string plus) => Math.Round(v, 2) == 0 ? "0.00"
            : Minus(v.ToString(plus + "0.00;-0.00", CultureInfo.InvariantCulture));
    }

    public static string Minus(string number) => number.Replace('-', '\u2212');
}
