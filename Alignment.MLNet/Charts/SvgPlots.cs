using static Alignment.MLNet.Charts.PageSurface;

namespace Alignment.MLNet.Charts;

/// <summary>Small plots of shares, 0 to 1, in a page; as wide as their place (see <see cref="PageSurface"/>).</summary>
static class SvgPlots
{
    const int StripHeight = 22, HistogramHeight = 120, LabelHeight = 18, MostDots = 80;

    static readonly double[] s_marks = [0, 0.25, 0.5, 0.75, 1];

    // One row of a strip plot of sorted values, at least one: the box from the first to the third quartile, a line at the median, and a dot
    // for each value unless there are very many.
    public static void Strip(HtmlWriter html, IReadOnlyList<float> ascending, string label)
    {
        using var svg = html.Open("svg", ("width", "100%"), ("height", Pixels(StripHeight)), ("role", "img"), ("aria-label", label));
        foreach (double mark in s_marks) Vertical(html, mark, 0, StripHeight, "grid");
        string middle = Pixels(StripHeight / 2.0);
        html.Empty("line", ("x1", Percent(ascending[0])), ("x2", Percent(ascending[^1])), ("y1", middle), ("y2", middle),
            ("class", "whisker"));
        double first = Quantile(ascending, 0.25), third = Quantile(ascending, 0.75);
        html.Empty("rect", ("x", Percent(first)), ("width", Percent(third - first)), ("y", "4"), ("height", Pixels(StripHeight - 8)),
            ("class", "box"));
        if (ascending.Count <= MostDots)
            foreach (float value in ascending) html.Empty("circle", ("cx", Percent(value)), ("cy", middle), ("r", "3.5"), ("class", "dot"));
        Vertical(html, Quantile(ascending, 0.5), 2, StripHeight - 2, "median");
    }

    // A histogram in equal bins, counts above the bars; values at 1 belong to the last bin.
    public static void Histogram(HtmlWriter html, IReadOnlyList<long> counts, string label)
    {
        long most = Math.Max(1, counts.Max());
        double width = 1.0 / counts.Count;
        using var svg = html.Open("svg", ("width", "100%"), ("height", Pixels(HistogramHeight + LabelHeight)), ("role", "img"),
            ("aria-label", label));
        foreach (double mark in s_marks) Vertical(html, mark, LabelHeight, LabelHeight + HistogramHeight, "grid");
        for (int i = 0; i < counts.Count; i++)
        {
            if (counts[i] == 0) continue;
            double height = Math.Max(2, (double)counts[i] / most * HistogramHeight), top = LabelHeight + HistogramHeight - height;
            html.Empty("rect", ("x", Percent((i + 0.06) * width)), ("width", Percent(0.88 * width)), ("y", Pixels(top)),
                ("height", Pixels(height)), ("class", "bar"));
            html.Element("text", Invariant($"{counts[i]:N0}"), ("x", Percent((i + 0.5) * width)),
                ("y", Pixels(top - 4)), ("text-anchor", "middle"));
        }
    }

    public static void Axis(HtmlWriter html)
    {
        using var axis = html.Open("div", ("class", "axis"), ("aria-hidden", "true"));
        foreach (double mark in s_marks) html.Element("span", Invariant($"{100 * mark:0} %"));
    }

    // The value below which a share q of sorted values lies, linear between neighbours.
    public static double Quantile(IReadOnlyList<float> ascending, double q)
    {
        double at = q * (ascending.Count - 1);
        int below = (int)at;
        return below + 1 < ascending.Count ? ascending[below] + (at - below) * (ascending[below + 1] - ascending[below]) : ascending[below];
    }

    static void Vertical(HtmlWriter html, double x, double top, double bottom, string style) =>
        html.Empty("line", ("x1", Percent(x)), ("x2", Percent(x)), ("y1", Pixels(top)), ("y2", Pixels(bottom)), ("class", style));
}
