namespace Alignment.MLNet.Charts;

/// <summary>Draws into an SVG element of a page, as wide as the place it stands in: lengths across are percentages, so letters and marks
/// keep their size on a phone and on paper.</summary>
sealed class PageSurface(HtmlWriter html, double height) : ChartSurface
{
    public override void Line(double x1, double y1, double x2, double y2, Ink ink) =>
        html.Empty("line", ("x1", Percent(x1)), ("x2", Percent(x2)), ("y1", Pixels(y1)), ("y2", Pixels(y2)), ("class", ink.Class));

    public override void Polyline(IReadOnlyList<(double X, double Y)> points, Ink ink)
    {
        // A coordinate system of its own, stretched over the plot; the stroke keeps its width.
        using var stretched = html.Open("svg", ("x", "0"), ("y", "0"), ("width", "100%"), ("height", Pixels(height)),
            ("viewBox", "0 0 1000 1000"), ("preserveAspectRatio", "none"));
        string at = string.Join(' ', points.Select(p => $"{Pixels(1000 * p.X)},{Pixels(1000 * p.Y / height)}"));
        html.Empty("polyline", ("points", at), ("class", ink.Class), ("vector-effect", "non-scaling-stroke"));
    }

    public override void Rectangle(double x, double y, double width, double height, Ink ink) =>
        html.Empty("rect", ("x", Percent(x)), ("width", Percent(width)), ("y", Pixels(y)), ("height", Pixels(height)),
        ("class", ink.Class));

    public override void Marker(double x, double y, Ink ink)
    {
        using var place = html.Open("svg", ("x", Percent(x)), ("y", Pixels(y)), ("width", "1"), ("height", "1"));
        html.Empty("path", ("d", ink.Shape), ("class", ink.Class));
    }

    public override void Text(string text, double x, double y, TextAnchor anchor, Lettering look, double shift = 0) =>
        html.Element("text", text, ("x", Percent(x)), ("dx", shift == 0 ? null : Pixels(shift)), ("y", Pixels(y)),
        ("text-anchor", Anchor(anchor)));

    public static string Percent(double share) => Invariant($"{100 * share:0.###}%");

    public static string Pixels(double value) => Invariant($"{value:0.##}");

    public static string? Anchor(TextAnchor anchor) => anchor switch { TextAnchor.Middle => "middle", TextAnchor.End => "end", _ => null };
}
