using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Contracts;

// Numbers and names as sentences have them, the same in the command, the report and the JSON.
static class Text
{
    static readonly HashSet<string> s_rates = new(StringComparer.OrdinalIgnoreCase) { "CTR", "CVR" };

    public static string Name(string variant) => SafePath.Shorten(variant, 60).Replace('_', ' ');

    public static bool Same(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    public static string Capitalize(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Unit(string column)
    {
        string name = SafePath.Shorten(column, 40);
        return name.EndsWith("_id", StringComparison.OrdinalIgnoreCase) && name.Length > 3 ? name[..^3] : name;
    }

    public static string Metric(string metric) => SafePath.Shorten(metric, 60);

    // A rate's differences are points: of a rate between 0 and 1 times 100, of one in per cent as it is.
    public static MetricDisplay Display(string metric, MetricKind kind, IEnumerable<Sample> samples)
    {
        bool rate = kind == MetricKind.Ratio || s_rates.Contains(metric) || metric.EndsWith("_rate", StringComparison.OrdinalIgnoreCase)
            || metric.EndsWith("_share", StringComparison.OrdinalIgnoreCase);
        if (!rate) return new(1, "");
        double[] means = [.. samples.Where(s => s.N > 0).Select(s => s.Mean)];
        return means.All(m => m is >= 0 and <= 1) ? new(100, "points") : new(1, "points");
    }

    /// <summary>A number with as many decimals as an uncertainty of <paramref name="half"/> leaves sense in: two digits of it.</summary>
    public static string Number(double value, double half, bool sign = false)
    {
        double scale = half > 0 && double.IsFinite(half) ? half : Math.Abs(value);
        if (value == 0 && !(scale > 0)) return "0";
        int decimals = scale > 0 ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(scale)), 0, 12) : 2;
        string text = Math.Abs(value) is >= 1e12 or (> 0 and < 1e-10) ? Math.Abs(value).ToString("G4", CultureInfo.InvariantCulture)
            : Math.Abs(value).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return value < 0 && text.AsSpan().ContainsAnyInRange('1', '9') ? "−" + text : sign ? "+" + text : text;
    }

    // "0.40 to 1.05".
    public static string Range(Interval interval, double factor, double half) =>
        $"{Number(factor * interval.Low, half)} to {Number(factor * interval.High, half)}";

    /// <summary>"= 0.013", "&lt; 0.0001".</summary>
    public static string P(double p) => p < 0.0001 ? "< 0.0001" : "= " + PValue(p);

    // "0.013".
    public static string PValue(double p) => p < 0.0001 ? "< 0.0001"
        : p.ToString(p >= 0.1 ? "0.00" : p >= 0.01 ? "0.000" : "0.0000", CultureInfo.InvariantCulture);

    // "95 %".
    public static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    public static string Count(double n) => n.ToString("N0", CultureInfo.InvariantCulture);

    public static string Correction(MultiplicityMethod method) => method switch
    {
        MultiplicityMethod.Holm => "Holm",
        MultiplicityMethod.BenjaminiHochberg => "Benjamini–Hochberg",
        MultiplicityMethod.Bonferroni => "Bonferroni",
        _ => "none",
    };
}
