namespace Alignment.MLNet.Charts;

/// <summary>What a plot shows: its numbers, names and frame. <see cref="FigureFile"/> writes it as SVG and PNG, <see cref="PageFigure"/>
/// into a page.</summary>
sealed record Figure
{
    public required string Title { get; init; }

    public required string Up { get; init; }

    public string Across { get; init; } = "";

    // The names of the rows 0, 1, …; null where numbers stand across.
    public IReadOnlyList<string>? Categories { get; init; }

    public required IReadOnlyList<FigureSeries> Series { get; init; }

    // Each series is a category, so that no legend has to say which is which.
    public bool OneEach { get; init; }

    public bool Counting { get; init; }

    // Where the values' axis begins and ends; null: with the values, and 0.
    public (double Low, double High)? Frame { get; init; }

    // A zone about zero; null for none.
    public FigureZone? Zone { get; init; }

    // The name of the line on which both axes are equal; null for none.
    public string? Diagonal { get; init; }

    // A value that others are read against; null for none.
    public (double Value, string Name)? Level { get; init; }

    public Func<FigurePoint, string> InWords { get; init; } = p => Invariant($"{p.Y:0.####}");

    public string ValueTitle { get; init; } = "";

    public string Subtitle => Across.Length > 0 ? $"{Up}; {Across}" : Up;

    public AxisScale AcrossScale()
    {
        IEnumerable<double> at = Series.SelectMany(s => s.Points).Select(p => p.X);
        return Counting ? AxisScale.Counting((int)Math.Ceiling(at.DefaultIfEmpty(1).Max())) : AxisScale.Around(at);
    }

    public AxisScale ValueScale(int marks = 5) => AxisScale.Around(
        Frame is { } f ? [f.Low, f.High] : Series.SelectMany(s => s.Points).SelectMany(p => new[] { p.Y, p.Low ?? p.Y, p.High ?? p.Y }),
        marks: marks);

    public IReadOnlyList<(FigureSeries Series, FigurePoint Point)> Row(int category) =>
        [.. Series.SelectMany(s => s.Points.Where(p => p.X == category).Select(p => (s, p)))];

    public IntervalRow Interval(int category, FigureSeries series, FigurePoint point) =>
        new(series.Look, point.Y, point.Low, point.High, Zone: Zone is { } z && z.Category == category ? z.Half : null);

    public string? Note(Func<string, string> name) => (Zone, Diagonal ?? Level?.Name) switch
    {
        ({ } zone, _) => $"The zone behind {name(Categories![zone.Category])} is the {zone.Name}.",
        (_, { } line) => $"The dashed line: {line}.",
        _ => null,
    };
}

sealed record FigureSeries(string Name, int Look, IReadOnlyList<FigurePoint> Points, bool Joined = false, bool Marked = true,
    bool Faint = false);

readonly record struct FigurePoint(double X, double Y, double? Low = null, double? High = null);

/// <summary>The zone within <paramref name="Half"/> of zero behind a category.</summary>
sealed record FigureZone(int Category, double Half, string Name);
