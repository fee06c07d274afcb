using System.Globalization;

namespace Alignment.MLNet.Charts;

/// <summary>
/// A chart with two axes as inline SVG, as wide as the place it stands in: lengths across are percentages, so letters and marks keep their size on a
/// phone and on paper. Axis texts stand in the padding that the style gives <c>.chart</c>. Series are told apart by shape as well as by colour.
/// </summary>
sealed class SvgChart(AxisScale across, AxisScale up, int height = 240)
{
    // One a series: circle, square, triangle, diamond, triangle on its head, cross, a ring's hexagon, two lying triangles, an hourglass.
    static readonly string[] s_shapes =
    [
        "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z", "M-4.5 -4.5H4.5V4.5H-4.5Z", "M0 -5.5L5.5 4.5H-5.5Z", "M0 -6L6 0L0 6L-6 0Z", "M0 5.5L5.5 -4.5H-5.5Z",
        "M-2 -5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z", "M-3 -5.2H3L6 0L3 5.2H-3L-6 0Z",
        "M5.5 0L-4.5 5.5V-5.5Z", "M-5.5 0L4.5 -5.5V5.5Z", "M-5 -5H5L-5 5H5Z",
    ];

    /// <summary>Draws frame, grid and axes, and what <paramref name="content"/> adds.</summary>
    /// <param name="html">Where it goes.</param>
    /// <param name="label">What it shows, for those who cannot see it.</param>
    /// <param name="acrossTitle">Below the axis across; may be empty.</param>
    /// <param name="upTitle">Above the axis up; may be empty.</param>
    /// <param name="content">Draws the series.</param>
    public void Draw(HtmlWriter html, string label, string acrossTitle, string upTitle, Action<HtmlWriter> content)
    {
        html.Line();
        if (upTitle.Length > 0) html.Element("div", upTitle, ("class", "axis-title"));
        using (html.Open("div", ("class", "chart")))
        using (html.Open("svg", ("width", "100%"), ("height", N(height + 22)), ("role", "img"), ("aria-label", label)))
        {
            foreach (double mark in up.Marks)
            {
                html.Empty("line", ("x1", "0"), ("x2", "100%"), ("y1", Y(mark)), ("y2", Y(mark)), ("class", mark == 0 ? "zero" : "grid"));
                html.Element("text", up.Text(mark), ("x", "-8"), ("y", N(At(mark) + 4)), ("text-anchor", "end"));
            }
            foreach (double mark in across.Marks)
            {
                html.Empty("line", ("x1", X(mark)), ("x2", X(mark)), ("y1", "0"), ("y2", N(height)), ("class", "grid"));
                html.Element("text", across.Text(mark), ("x", X(mark)), ("y", N(height + 17)), ("text-anchor", "middle"));
            }
            content(html);
        }
        if (acrossTitle.Length > 0) html.Element("div", acrossTitle, ("class", "axis-title across"));
    }

    /// <summary>A line through points, in their order, with markers where there are few.</summary>
    public void Line(HtmlWriter html, int series, IReadOnlyList<(double X, double Y)> points, bool markers = true, string? style = null)
    {
        string colour = style ?? Colour(series);
        if (points.Count > 1)
        {
            // A coordinate system of its own, stretched over the plot; the stroke keeps its width.
            using var stretched = html.Open("svg", ("x", "0"), ("y", "0"), ("width", "100%"), ("height", N(height)), ("viewBox", "0 0 1000 1000"), ("preserveAspectRatio", "none"));
            html.Empty("polyline", ("points", string.Join(' ', points.Select(p => $"{N(1000 * across.Share(p.X))},{N(1000 * (1 - up.Share(p.Y)))}"))), ("class", $"line {colour}"), ("vector-effect", "non-scaling-stroke"));
        }
        if (!markers) return;
        foreach (var (x, y) in points) Marker(html, series, x, y, style);
    }

    /// <summary>One point.</summary>
    public void Marker(HtmlWriter html, int series, double x, double y, string? style = null)
    {
        using var place = html.Open("svg", ("x", X(x)), ("y", Y(y)), ("width", "1"), ("height", "1"));
        html.Empty("path", ("d", Shape(series)), ("class", $"marker {style ?? Colour(series)}"));
    }

    /// <summary>An interval up and down through a point.</summary>
    public void Whisker(HtmlWriter html, double x, double low, double high) =>
        html.Empty("line", ("x1", X(x)), ("x2", X(x)), ("y1", Y(low)), ("y2", Y(high)), ("class", "whisker"));

    /// <summary>The series' names with their markers.</summary>
    public static void Legend(HtmlWriter html, IEnumerable<(int Series, string Name)> series)
    {
        using var list = html.Line().Open("div", ("class", "legend"));
        foreach (var (index, name) in series)
        {
            using var item = html.Open("span");
            Swatch(html, index);
            html.Text(name);
        }
    }

    /// <summary>A series' marker alone, to stand in a line of text.</summary>
    public static void Swatch(HtmlWriter html, int series)
    {
        using var svg = html.Open("svg", ("width", "14"), ("height", "14"), ("viewBox", "-7 -7 14 14"), ("class", "swatch"), ("aria-hidden", "true"));
        html.Empty("path", ("d", Shape(series)), ("class", $"marker {Colour(series)}"));
    }

    /// <summary>The class that colours a series.</summary>
    public static string Colour(int series) => FormattableString.Invariant($"c{series % SeriesColours.Count}");

    internal static string Shape(int series) => s_shapes[series % SeriesColours.Count];

    string X(double value) => FormattableString.Invariant($"{100 * across.Share(value):0.###}%");

    double At(double value) => height * (1 - up.Share(value));

    string Y(double value) => N(At(value));

    static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
