namespace Alignment.MLNet.Charts;

// A chart with two axes; the axes' texts stand left of the plot and up to 22 pixels below it.
sealed class Chart(ChartSurface to, AxisScale across, AxisScale up, double height, double top = 0)
{
    public void Draw(Figure figure)
    {
        Axes();
        if (figure.Diagonal is not null && (Low: Math.Max(across.Low, up.Low), High: Math.Min(across.High, up.High)) is var (low, high)
            && low < high)
            Line([(low, low), (high, high)], new(InkKind.Reference));
        if (figure.Level is { } level) Line([(across.Low, level.Value), (across.High, level.Value)], new(InkKind.Reference));
        foreach (FigureSeries series in figure.Series.Reverse())
        {
            if (series.Joined) Line([.. series.Points.Select(p => (p.X, p.Y))],
                new(series.Faint ? InkKind.Faint : InkKind.Line, series.Look));
            if (!series.Marked) continue;
            foreach (FigurePoint p in series.Points) Marker(series.Look, p.X, p.Y);
        }
    }

    public void Axes()
    {
        foreach (double mark in up.Marks)
        {
            to.Line(0, Y(mark), 1, Y(mark), new(mark == 0 ? InkKind.Zero : InkKind.Grid));
            to.Text(up.Text(mark), 0, Y(mark) + 4, TextAnchor.End, Lettering.Tick, -8);
        }
        foreach (double mark in across.Marks)
        {
            double x = across.Share(mark);
            to.Line(x, top, x, top + height, new(InkKind.Grid));
            to.Text(across.Text(mark), x, top + height + 17, TextAnchor.Middle, Lettering.Tick);
        }
    }

    public void Line(IReadOnlyList<(double X, double Y)> points, Ink ink)
    {
        if (points.Count > 1) to.Polyline([.. points.Select(p => (across.Share(p.X), Y(p.Y)))], ink);
    }

    public void Marker(int look, double x, double y) => to.Marker(across.Share(x), Y(y), new(InkKind.Marker, look));

    public void Whisker(double x, double low, double high) =>
        to.Line(across.Share(x), Y(low), across.Share(x), Y(high), new(InkKind.Whisker));

    double Y(double value) => top + height * (1 - up.Share(value));
}
