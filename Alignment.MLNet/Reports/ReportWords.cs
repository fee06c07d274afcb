using Alignment.MLNet.Charts;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Reports;

// Numbers and names as the page writes them: points for decimals, a real minus, as many digits as mean something.
static class ReportWords
{
    public static string N(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    public static string F(double value) => Numbers.Short(value);

    public static string F(double? value) => Numbers.Short(value);

    public static string Signed(double value) => value > 0 ? "+" + F(value) : F(value);

    // An estimate with its interval, "+0.70 [0.54, 0.86]": as many digits as the interval's width leaves sense in.
    public static string Estimate(double? at, double? low, double? high)
    {
        if (at is not { } value || !double.IsFinite(value)) return "–";
        if (low is not { } l || high is not { } h || !double.IsFinite(l) || !double.IsFinite(h)) return Signed(value);
        double half = (h - l) / 2;
        return $"{Text.Number(value, half, sign: true)} [{Text.Number(l, half)}, {Text.Number(h, half)}]";
    }

    public static string P(double? p) => p is not { } v || !double.IsFinite(v) ? "–" : v < 0.0001 ? "< 0.0001"
        : v.ToString("0.0000", CultureInfo.InvariantCulture);

    public static string Percent(double share, string format = "0.0") => double.IsFinite(share)
        ? Numbers.Minus((100 * share).ToString(format, CultureInfo.InvariantCulture)) + " %" : "–";

    public static string Label(string name) => name.Replace('_', ' ');

    public static string Named(string name) => Variant.Find(name)?.Label ?? name;

    public static string Points(double at, double? low = null, double? high = null) => Numbers.Points(at, low, high);

    /// <summary>The place of a variant in the table, which gives its colour and shape; unknown ones follow by their place in a
    /// list.</summary>
    public static int Series(string variant, int otherwise = 0) => Variant.Find(variant)?.Position ?? otherwise;

    public static string Count(long n, string one, string many) => $"{N(n)} {(n == 1 ? one : many)}";
}
