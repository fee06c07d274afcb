namespace Alignment.MLNet.Charts;

/// <summary>A <see cref="Figure"/> in a page, in its colours and as wide as its place: over numbers a chart; over categories a forest plot
/// whose rows are rows of a table, so that on a phone each stands under its own name.</summary>
static class PageFigure
{
    const int FewMarks = 3, HighEnough = 200;

    public sealed record Column(string Title, Func<int, string?> Text, string Style = "number");

    // A figure over numbers, its names as name writes them; a bare one, without legend and axis titles, is one of several panels.
    public static void Chart(HtmlWriter html, Figure figure, Func<string, string> name, int height = 240, bool bare = false)
    {
        string label = $"{figure.Title}: {string.Join(", ", figure.Series.Select(s => name(s.Name)))}";   // for those who cannot see it
        AxisScale across = figure.AcrossScale(), up = figure.ValueScale(height < HighEnough ? FewMarks : 5);
        Draw(html, label, bare ? "" : figure.Across, bare ? "" : figure.Up, height, to => new Chart(to, across, up, height).Draw(figure));
        if (bare) return;
        Legend(html, figure.Series.Select(s => (s.Look, name(s.Name))));
        if (figure.Note(name) is { } note) html.Element("p", note, ("class", "soft small"));
    }

    // A plot of a height in pixels with its titles; axis texts stand in the padding that the style gives .chart.
    public static void Draw(HtmlWriter html, string label, string across, string up, int height, Action<ChartSurface> content)
    {
        html.Line();
        if (up.Length > 0) html.Element("div", up, ("class", "axis-title"));
        using (html.Open("div", ("class", "chart")))
        using (html.Open("svg", ("width", "100%"), ("height", PageSurface.Pixels(height + 22)), ("role", "img"), ("aria-label", label)))
            content(new PageSurface(html, height));
        if (across.Length > 0) html.Element("div", across, ("class", "axis-title across"));
    }

    // A figure over categories, its names as name writes them.
    public static void Rows(HtmlWriter html, Figure figure, Func<string, string> name, params ReadOnlySpan<Column> columns)
    {
        AxisScale scale = figure.ValueScale();
        if (!figure.OneEach && figure.Series.Count > 1) Legend(html, figure.Series.Select(s => (s.Look, name(s.Name))));
        using (html.Open("table", ("class", "stack figure")))
        {
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                html.Element("th", "");
                html.Element("th", figure.Subtitle, ("class", "plot"));
                html.Element("th", figure.ValueTitle, ("class", "number"));
                foreach (Column c in columns) html.Element("th", c.Title, ("class", c.Style));
            }
            using var body = html.Open("tbody");
            for (int at = 0; at < figure.Categories!.Count; at++) Row(html, figure, at, scale, name, columns);
            AxisRow(html, scale, columns.Length);
        }
        if (figure.Note(name) is { } note) html.Element("p", note, ("class", "soft small"));
    }

    static void Row(HtmlWriter html, Figure figure, int at, AxisScale scale, Func<string, string> name, ReadOnlySpan<Column> columns)
    {
        string category = name(figure.Categories![at]);
        var here = figure.Row(at);
        using var row = html.Line().Open("tr", ("class", "row"));
        using (html.Open("td", ("class", "name"))) html.Element("strong", category);
        using (html.Open("td", ("class", "plot")))
            foreach (var (series, p) in here)
                Interval(html, scale, figure.Interval(at, series, p),
                    $"{category}{(figure.OneEach ? "" : ", " + name(series.Name))}: {figure.InWords(p)}");
        using (html.Open("td", ("class", "number values"), ("data-label", figure.ValueTitle)))
            foreach (var (series, p) in here)
                using (html.Open("div"))
                {
                    if (here.Count > 1) Swatch(html, series.Look);   // on a phone the plot stands above
                    html.Text(figure.InWords(p));
                }
        foreach (Column c in columns) html.Element("td", c.Text(at) ?? "", ("class", c.Style), ("data-label", c.Title));
    }

    // One row of a forest plot; label is for those who cannot see it.
    public static void Interval(HtmlWriter html, AxisScale scale, IntervalRow interval, string label)
    {
        using var svg = html.Open("svg", ("width", "100%"), ("height", PageSurface.Pixels(IntervalRow.Height)), ("role", "img"),
            ("aria-label", label));
        interval.Draw(new PageSurface(html, IntervalRow.Height), scale);
    }

    // The axis under a column of intervals that is the table's second; after + 1 columns follow it.
    public static void AxisRow(HtmlWriter html, AxisScale scale, int after)
    {
        using var row = html.Line().Open("tr", ("class", "axis-row"));
        html.Element("td", "");
        using (html.Open("td", ("class", "plot")))
        using (html.Open("svg", ("width", "100%"), ("height", "20"), ("aria-hidden", "true")))
            IntervalRow.Axis(new PageSurface(html, 20), scale);
        html.Element("td", "", ("colspan", Invariant($"{after + 1}")));
    }

    public static void Legend(HtmlWriter html, IEnumerable<(int Look, string Name)> series)
    {
        using var list = html.Line().Open("div", ("class", "legend"));
        foreach (var (look, name) in series)
        {
            using var item = html.Open("span");
            Swatch(html, look);
            html.Text(name);
        }
    }

    public static void Swatch(HtmlWriter html, int look)
    {
        var ink = new Ink(InkKind.Marker, look);
        using var svg = html.Open("svg", ("width", "14"), ("height", "14"), ("viewBox", "-7 -7 14 14"), ("class", "swatch"),
            ("aria-hidden", "true"));
        html.Empty("path", ("d", ink.Shape), ("class", ink.Class));
    }
}
