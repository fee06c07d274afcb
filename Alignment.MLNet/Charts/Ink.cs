namespace Alignment.MLNet.Charts;

// What a line, an area or a marker of a chart stands for.
enum InkKind { Grid, Zero, Zone, Whisker, Interval, Line, Faint, Reference, Marker, Hollow }

/// <summary>How a part of a chart looks. A page takes <see cref="Class"/>, whose colours its style sheet knows in light, dark and on paper;
/// a file takes those of a light page.</summary>
readonly record struct Ink(InkKind Kind, int Look = 0)
{
    public const string Text = "#1c1f23", Soft = "#5a626b";

    public string Shape => SeriesLook.Of(Look).Shape;

    public string Class => Kind switch
    {
        InkKind.Interval => "interval " + SeriesClass,
        InkKind.Line => "line " + SeriesClass,
        InkKind.Faint => "line faint " + SeriesClass,
        InkKind.Reference => "line fit",
        InkKind.Marker => "marker " + SeriesClass,
        InkKind.Hollow => "marker hollow " + SeriesClass,
        InkKind.Zero => "zero",
        InkKind.Zone => "zone",
        InkKind.Whisker => "whisker",
        _ => "grid",
    };

    string SeriesClass => SeriesLook.Class(Look);

    public string Colour => Kind switch
    {
        InkKind.Grid => "#e4e8ec",
        InkKind.Zone => "#0072b2",
        InkKind.Zero or InkKind.Whisker or InkKind.Reference => Soft,
        _ => SeriesLook.Of(Look).Light,
    };

    public double Width => Kind switch
    {
        InkKind.Grid or InkKind.Faint => 1,
        InkKind.Zero or InkKind.Whisker or InkKind.Marker => 1.5,
        InkKind.Interval => 2.5,
        _ => 2,
    };

    public double Opacity => Kind switch { InkKind.Zone => 0.13, InkKind.Faint => 0.45, _ => 1 };
}
