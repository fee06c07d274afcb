using System.Globalization;

namespace Alignment.MLNet.Charts;

/// <summary>
/// Intervals under one another over a common axis: a forest plot whose rows are rows of a table, so that on a phone each stands under its own name.
/// A filled mark is one kind, a hollow one another (pre-registered and explored, say): nothing is told by colour alone.
/// </summary>
static class SvgIntervals
{
    const int Height = 26;

    /// <summary>One row.</summary>
    /// <param name="html">Where it goes.</param>
    /// <param name="scale">The common axis.</param>
    /// <param name="series">Gives shape and colour.</param>
    /// <param name="at">The estimate; null for none.</param>
    /// <param name="low">Where the interval begins; null for no interval.</param>
    /// <param name="high">Where it ends.</param>
    /// <param name="filled">Whether the mark is filled.</param>
    /// <param name="label">What it shows, for those who cannot see it.</param>
    /// <param name="margin">Half the width of a zone about zero, or null.</param>
    public static void Row(HtmlWriter html, AxisScale scale, int series, double? at, double? low, double? high, bool filled, string label, double? margin = null)
    {
        using var svg = html.Open("svg", ("width", "100%"), ("height", N(Height)), ("role", "img"), ("aria-label", label));
        string middle = N(Height / 2.0);
        if (margin is { } m)
            html.Empty("rect", ("x", P(scale.Share(-m))), ("width", P(scale.Share(m) - scale.Share(-m))), ("y", "0"), ("height", N(Height)), ("class", "zone"));
        foreach (double mark in scale.Marks) Vertical(html, scale.Share(mark), 0, Height, "grid");
        if (scale.Low <= 0 && scale.High >= 0) Vertical(html, scale.Share(0), 0, Height, "zero");
        string colour = SvgChart.Colour(series);
        if (low is { } l && high is { } h && double.IsFinite(l) && double.IsFinite(h))
        {
            html.Empty("line", ("x1", P(scale.Share(l))), ("x2", P(scale.Share(h))), ("y1", middle), ("y2", middle), ("class", $"interval {colour}"));
            // An interval that leaves the axis has no end to show there.
            if (l >= scale.Low) Vertical(html, scale.Share(l), Height / 2 - 5, Height / 2 + 5, $"interval {colour}");
            if (h <= scale.High) Vertical(html, scale.Share(h), Height / 2 - 5, Height / 2 + 5, $"interval {colour}");
        }
        if (at is not { } a || !double.IsFinite(a)) return;
        using var place = html.Open("svg", ("x", P(scale.Share(a))), ("y", middle), ("width", "1"), ("height", "1"));
        html.Empty("path", ("d", SvgChart.Shape(series)), ("class", filled ? $"marker {colour}" : $"marker hollow {colour}"));
    }

    /// <summary>The axis, below the last row.</summary>
    public static void Axis(HtmlWriter html, AxisScale scale)
    {
        using var svg = html.Open("svg", ("width", "100%"), ("height", "20"), ("aria-hidden", "true"));
        foreach (double mark in scale.Marks) html.Element("text", scale.Text(mark), ("x", P(scale.Share(mark))), ("y", "14"), ("text-anchor", "middle"));
    }

    static void Vertical(HtmlWriter html, double x, double top, double bottom, string style) =>
        html.Empty("line", ("x1", P(x)), ("x2", P(x)), ("y1", N(top)), ("y2", N(bottom)), ("class", style));

    static string P(double share) => FormattableString.Invariant($"{100 * share:0.###}%");

    static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
