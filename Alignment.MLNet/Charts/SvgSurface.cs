using static Alignment.MLNet.Charts.PageSurface;

namespace Alignment.MLNet.Charts;

// Draws an SVG file: pixels and attributes only, which every program that reads SVG understands.
sealed class SvgSurface(HtmlWriter svg, double left, double width) : ChartSurface
{
    public override void Line(double x1, double y1, double x2, double y2, Ink ink) => svg.Empty("line",
        ("x1", X(x1)), ("y1", Pixels(y1)), ("x2", X(x2)), ("y2", Pixels(y2)),
        ("stroke", ink.Colour), ("stroke-width", Pixels(ink.Width)), ("stroke-dasharray", Dashes(ink))).Line();

    public override void Polyline(IReadOnlyList<(double X, double Y)> points, Ink ink) => svg.Empty("polyline",
        ("points", string.Join(' ', points.Select(p => $"{X(p.X)},{Pixels(p.Y)}"))), ("fill", "none"),
        ("stroke", ink.Colour), ("stroke-width", Pixels(ink.Width)), ("stroke-linejoin", "round"),
        ("stroke-opacity", Opacity(ink)), ("stroke-dasharray", Dashes(ink))).Line();

    public override void Rectangle(double x, double y, double width, double height, Ink ink) => svg.Empty("rect",
        ("x", X(x)), ("y", Pixels(y)), ("width", Pixels(width * PlotWidth)), ("height", Pixels(height)), ("fill", ink.Colour),
        ("fill-opacity", Opacity(ink))).Line();

    public override void Marker(double x, double y, Ink ink) => svg.Empty("path",
        ("d", ink.Shape), ("transform", $"translate({X(x)} {Pixels(y)})"), ("fill", ink.Kind == InkKind.Hollow ? "#ffffff" : ink.Colour),
        ("stroke", ink.Colour), ("stroke-width", Pixels(ink.Width)), ("stroke-linejoin", "round")).Line();

    public override void Text(string text, double x, double y, TextAnchor anchor, Lettering look, double shift = 0) =>
        svg.Element("text", text,
        ("x", Pixels(left + x * width + shift)), ("y", Pixels(y)), ("font-size", Pixels(look.Size)),
        ("font-weight", look.Bold ? "bold" : null),
        ("fill", look.Soft ? Ink.Soft : Ink.Text), ("text-anchor", Anchor(anchor))).Line();

    double PlotWidth => width;

    string X(double share) => Pixels(left + share * width);

    static string? Opacity(Ink ink) => ink.Opacity < 1 ? Pixels(ink.Opacity) : null;

    static string? Dashes(Ink ink) => ink.Kind == InkKind.Reference ? "6 4" : null;
}
