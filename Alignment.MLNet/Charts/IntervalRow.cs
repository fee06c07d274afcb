namespace Alignment.MLNet.Charts;

/// <summary>An estimate and its interval in a row over an axis: rows under one another are a forest plot. Filled and hollow marks are two
/// kinds (pre-registered and explored, say); Zone is half the width of a zone about zero.</summary>
readonly record struct IntervalRow(int Look, double? At, double? Low, double? High, bool Filled = true, double? Zone = null)
{
    public const int Height = 26;

    public void Draw(ChartSurface to, AxisScale scale, double top = 0)
    {
        double middle = top + Height / 2;
        if (Zone is { } zone) to.Rectangle(scale.Share(-zone), top, scale.Share(zone) - scale.Share(-zone), Height, new(InkKind.Zone));
        foreach (double mark in scale.Marks) Vertical(mark, Height / 2, new(InkKind.Grid));
        if (scale.Low <= 0 && scale.High >= 0) Vertical(0, Height / 2, new(InkKind.Zero));
        if (Low is { } low && High is { } high && double.IsFinite(low) && double.IsFinite(high))
        {
            var ink = new Ink(InkKind.Interval, Look);
            to.Line(scale.Share(low), middle, scale.Share(high), middle, ink);
            // An interval that leaves the axis has no end to show there.
            if (low >= scale.Low) Vertical(low, 5, ink);
            if (high <= scale.High) Vertical(high, 5, ink);
        }
        if (At is { } at && double.IsFinite(at)) to.Marker(scale.Share(at), middle, new(Filled ? InkKind.Marker : InkKind.Hollow, Look));

        void Vertical(double value, double half, Ink ink) =>
            to.Line(scale.Share(value), middle - half, scale.Share(value), middle + half, ink);
    }

    public static void Axis(ChartSurface to, AxisScale scale, double top = 0)
    {
        foreach (double mark in scale.Marks) to.Text(scale.Text(mark), scale.Share(mark), top + 14, TextAnchor.Middle, Lettering.Tick);
    }
}
