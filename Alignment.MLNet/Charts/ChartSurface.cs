namespace Alignment.MLNet.Charts;

enum TextAnchor { Start, Middle, End }

// How a text of a chart file looks; a page's style sheet decides for itself.
readonly record struct Lettering(double Size, bool Bold = false, bool Soft = false)
{
    public static Lettering Title => new(18, Bold: true);
    public static Lettering Label => new(14);
    public static Lettering Note => new(14, Soft: true);
    public static Lettering Tick => new(12.5, Soft: true);

    // The font of whoever looks at an SVG is not known and may be wider than ours.
    const double Reserve = 1.2;

    // The width that a text needs at most, in pixels.
    public double Measure(string text) => Reserve * StrokeFont.Measure(text, StrokeSize).Width;

    // Size is of the em, as in SVG; the stroke font's is of capitals and descenders together.
    public float StrokeSize => 1.05f * (float)Size;
}

/// <summary>Where a chart is drawn: into a page, an SVG file or a PNG. Lengths across are shares of the plot's width, 0 to 1 and beyond;
/// lengths down are pixels.</summary>
abstract class ChartSurface
{
    public abstract void Line(double x1, double y1, double x2, double y2, Ink ink);

    public abstract void Polyline(IReadOnlyList<(double X, double Y)> points, Ink ink);

    public abstract void Rectangle(double x, double y, double width, double height, Ink ink);

    public abstract void Marker(double x, double y, Ink ink);

    // A line of text on the baseline y, its anchor shift pixels to the right of x.
    public abstract void Text(string text, double x, double y, TextAnchor anchor, Lettering look, double shift = 0);
}
