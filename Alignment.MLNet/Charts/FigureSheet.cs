namespace Alignment.MLNet.Charts;

/// <summary>Lays a figure out on a sheet of a fixed width, a text too long for its line set smaller. A page leaves titles, names, values
/// and legend to HTML.</summary>
sealed class FigureSheet
{
    public const int Width = 960;

    const double Edge = 24, ChartHeight = 380, LineHeight = 22;

    readonly Figure _figure;
    readonly AxisScale _values;

    public FigureSheet(Figure figure)
    {
        (_figure, _values) = (figure, figure.ValueScale());
        double right = Edge + 6;
        if (figure.Categories is { } names)
        {
            Left = Edge + Math.Min(Widest(names, Lettering.Label), 260) + 18;
            IEnumerable<string> texts = figure.Series.SelectMany(s => s.Points).Select(figure.InWords).Append(figure.ValueTitle);
            right = Edge + Math.Min(Widest(texts, Lettering.Label), 300) + 18;
        }
        else Left = Edge + Widest(_values.Marks.Select(_values.Text), Lettering.Tick) + 10;
        PlotWidth = Width - Left - right;
    }

    public double Left { get; }

    public double PlotWidth { get; }

    public double Draw(ChartSurface to)
    {
        double y = 38;
        Write(to, _figure.Title, Edge, y, Lettering.Title);
        y = _figure.Categories is { } names ? Rows(to, names, y) : Chart(to, y);
        if (_figure.Note(n => n) is { } note) Write(to, note, Edge, y += LineHeight + 4, Lettering.Note);
        return Math.Ceiling(y + 20);
    }

    double Chart(ChartSurface to, double y)
    {
        Write(to, _figure.Up, Edge, y += 28, Lettering.Note);
        double top = y + 20;
        new Chart(to, _figure.AcrossScale(), _values, ChartHeight, top).Draw(_figure);
        y = top + ChartHeight + 40;
        if (_figure.Across.Length > 0) Write(to, _figure.Across, Left + PlotWidth / 2, y, Lettering.Note, TextAnchor.Middle);
        return Legend(to, y + 30);
    }

    double Rows(ChartSurface to, IReadOnlyList<string> names, double y)
    {
        if (!_figure.OneEach && _figure.Series.Count > 1) y = Legend(to, y + 30);
        Write(to, _figure.Subtitle, Edge, y += 28, Lettering.Note);
        if (_figure.ValueTitle.Length > 0) Write(to, _figure.ValueTitle, Width - Edge, y += LineHeight, Lettering.Note, TextAnchor.End);
        y += 10;
        for (int category = 0; category < names.Count; category++)
        {
            var row = _figure.Row(category);
            to.Line(Share(Edge), y, Share(Width - Edge), y, new(InkKind.Grid));
            double height = Math.Max(1, row.Count) * IntervalRow.Height, top = y;
            Write(to, names[category], Edge, y + height / 2 + 5, Lettering.Label, available: Left - Edge - 12);
            foreach (var (series, point) in row)
            {
                _figure.Interval(category, series, point).Draw(to, _values, top);
                Write(to, _figure.InWords(point), Width - Edge, top + IntervalRow.Height / 2 + 5, Lettering.Label, TextAnchor.End,
                    Width - Edge - Left - PlotWidth - 12);
                top += IntervalRow.Height;
            }
            y += height;
        }
        to.Line(Share(Edge), y, Share(Width - Edge), y, new(InkKind.Grid));
        IntervalRow.Axis(to, _values, y + 2);
        return y + 16;
    }

    double Legend(ChartSurface to, double y)
    {
        double x = Edge;
        foreach (FigureSeries series in _figure.Series)
        {
            double width = Lettering.Label.Measure(series.Name) + 42;
            if (x > Edge && x + width > Width - Edge) (x, y) = (Edge, y + LineHeight);
            if (series.Joined) to.Line(Share(x), y - 5, Share(x + 16), y - 5,
                new(series.Faint ? InkKind.Faint : InkKind.Line, series.Look));
            if (series.Marked) to.Marker(Share(x + 8), y - 5, new(InkKind.Marker, series.Look));
            Write(to, series.Name, x + 22, y, Lettering.Label);
            x += width;
        }
        return y;
    }

    void Write(ChartSurface to, string text, double x, double y, Lettering look, TextAnchor anchor = TextAnchor.Start,
        double available = Width - 2 * Edge)
    {
        double width = look.Measure(text);
        to.Text(text, Share(x), y, anchor, width > available ? look with { Size = Math.Floor(look.Size * available / width * 4) / 4 }
            : look);
    }

    double Share(double pixels) => (pixels - Left) / PlotWidth;

    static double Widest(IEnumerable<string> texts, Lettering look) => texts.Select(look.Measure).DefaultIfEmpty(0).Max();
}
