namespace Alignment.MLNet.Charts;

/// <summary>
/// Draws a <see cref="Figure"/> into a page, in its colours and as wide as its place. Over numbers it is a chart; over categories a forest plot whose rows are rows of a
/// table, so that on a phone each stands under its own name.
/// </summary>
static class SvgFigure
{
    const int MarksInHeight = 3, High = 200;

    /// <summary>A column beside the rows of a figure.</summary>
    /// <param name="Title">Its head.</param>
    /// <param name="Text">A category's cell; null for none.</param>
    /// <param name="Style">The cells' class.</param>
    public sealed record Column(string Title, Func<int, string?> Text, string Style = "number");

    /// <summary>A figure over numbers.</summary>
    /// <param name="html">Where it goes.</param>
    /// <param name="figure">What it shows.</param>
    /// <param name="name">A series' name as the page has it.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="bare">Without legend and axis titles: one of several panels.</param>
    public static void Chart(HtmlWriter html, Figure figure, Func<string, string> name, int height = 240, bool bare = false)
    {
        IEnumerable<FigurePoint> points = figure.Series.SelectMany(s => s.Points);
        AxisScale across = figure.Counting ? AxisScale.Counting((int)Math.Ceiling(points.Select(p => p.X).DefaultIfEmpty(1).Max())) : AxisScale.Around(points.Select(p => p.X)), up = Values(figure, height < High ? MarksInHeight : 5);
        var chart = new SvgChart(across, up, height);
        chart.Draw(html, $"{figure.Title}: {string.Join(", ", figure.Series.Select(s => name(s.Name)))}", bare ? "" : figure.Across, bare ? "" : figure.Up, h =>
        {
            if (figure.Diagonal is not null && (Low: Math.Max(across.Low, up.Low), High: Math.Min(across.High, up.High)) is var (low, high) && low < high)
                chart.Line(h, 0, [(low, low), (high, high)], markers: false, "fit");
            foreach (FigureSeries series in figure.Series.Reverse())   // the first on top
            {
                (double, double)[] at = [.. series.Points.Select(p => (p.X, p.Y))];
                if (series.Joined) chart.Line(h, series.Look, at, series.Marked);
                else foreach (var (x, y) in at) chart.Marker(h, series.Look, x, y);
            }
        });
        if (bare) return;
        SvgChart.Legend(html, figure.Series.Select(s => (s.Look, name(s.Name))));
        if (figure.Diagonal is { } diagonal) html.Element("p", $"The dashed line: {diagonal}.", ("class", "soft small"));
    }

    /// <summary>A figure over categories.</summary>
    /// <param name="html">Where it goes.</param>
    /// <param name="figure">What it shows.</param>
    /// <param name="name">A name as the page has it.</param>
    /// <param name="value">A point in words.</param>
    /// <param name="valueTitle">What the values are, in a word or two.</param>
    /// <param name="columns">More columns.</param>
    public static void Rows(HtmlWriter html, Figure figure, Func<string, string> name, Func<FigurePoint, string> value, string valueTitle, params ReadOnlySpan<Column> columns)
    {
        AxisScale scale = Values(figure, 5);
        if (!figure.OneEach && figure.Series.Count > 1) SvgChart.Legend(html, figure.Series.Select(s => (s.Look, name(s.Name))));
        using (html.Open("table", ("class", "stack figure")))
        {
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                html.Element("th", "");
                html.Element("th", figure.Across.Length > 0 ? $"{figure.Up}; {figure.Across}" : figure.Up, ("class", "plot"));
                html.Element("th", valueTitle, ("class", "number"));
                foreach (Column c in columns) html.Element("th", c.Title, ("class", c.Style));
            }
            using var body = html.Open("tbody");
            for (int at = 0; at < figure.Categories!.Count; at++) Row(html, figure, at, scale, name, value, valueTitle, columns);
            using var axis = html.Line().Open("tr", ("class", "axis-row"));
            html.Element("td", "");
            using (html.Open("td", ("class", "plot"))) SvgIntervals.Axis(html, scale);
            html.Element("td", "", ("colspan", FormattableString.Invariant($"{columns.Length + 1}")));
        }
        if (figure.Zone is { } zone) html.Element("p", $"The zone behind {name(figure.Categories[zone.Category])} is the {zone.Name}.", ("class", "soft small"));
    }

    static void Row(HtmlWriter html, Figure figure, int at, AxisScale scale, Func<string, string> name, Func<FigurePoint, string> value, string valueTitle, ReadOnlySpan<Column> columns)
    {
        string category = name(figure.Categories![at]);
        var here = figure.Series.SelectMany(s => s.Points.Where(p => p.X == at).Select(p => (Series: s, Point: p))).ToList();
        double? zone = figure.Zone is { } z && z.Category == at ? z.Half : null;
        using var row = html.Line().Open("tr", ("class", "row"));
        using (html.Open("td", ("class", "name"))) html.Element("strong", category);
        using (html.Open("td", ("class", "plot")))
            foreach (var (series, p) in here) SvgIntervals.Row(html, scale, series.Look, p.Y, p.Low, p.High, true, $"{category}{(figure.OneEach ? "" : ", " + name(series.Name))}: {value(p)}", zone);
        using (html.Open("td", ("class", "number values"), ("data-label", valueTitle)))
            foreach (var (series, p) in here)
                using (html.Open("div"))
                {
                    if (here.Count > 1) SvgChart.Swatch(html, series.Look);   // on a phone the plot stands above
                    html.Text(value(p));
                }
        foreach (Column c in columns) html.Element("td", c.Text(at) ?? "", ("class", c.Style), ("data-label", c.Title));
    }

    static AxisScale Values(Figure figure, int marks) => AxisScale.Around(figure.Frame is { } f ? [f.Low, f.High] : figure.Series.SelectMany(s => s.Points).SelectMany(p => new[] { p.Y, p.Low ?? p.Y, p.High ?? p.Y }), marks: marks);
}
