namespace Alignment.MLNet.Charts;

/// <summary>
/// What a plot shows, decided in one place: its numbers, names and frame. <see cref="FigureFile"/> writes it as SVG and PNG,
/// <see cref="PageFigure"/> into a page: all draw with the same <see cref="Chart"/> and <see cref="IntervalRow"/>.
/// </summary>
sealed record Figure
{
    public required string Title { get; init; }

    /// <summary>What the values are, with their unit.</summary>
    public required string Up { get; init; }

    /// <summary>What stands across; under categories a remark.</summary>
    public string Across { get; init; } = "";

    /// <summary>The names of the rows 0, 1, …; null where numbers stand across.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    public required IReadOnlyList<FigureSeries> Series { get; init; }

    /// <summary>Each series is a category, so that no legend has to say which is which.</summary>
    public bool OneEach { get; init; }

    /// <summary>Whole numbers from 1 stand across.</summary>
    public bool Counting { get; init; }

    /// <summary>Where the values' axis begins and ends; null: with the values, and 0.</summary>
    public (double Low, double High)? Frame { get; init; }

    /// <summary>A zone about zero; null for none.</summary>
    public FigureZone? Zone { get; init; }

    /// <summary>The name of the line on which both axes are equal; null for none.</summary>
    public string? Diagonal { get; init; }

    /// <summary>A value that others are read against; null for none.</summary>
    public (double Value, string Name)? Level { get; init; }

    /// <summary>A point of a row in words.</summary>
    public Func<FigurePoint, string> InWords { get; init; } = p => FormattableString.Invariant($"{p.Y:0.####}");

    /// <summary>What <see cref="InWords"/> says, in a word or two.</summary>
    public string ValueTitle { get; init; } = "";

    /// <summary>Above the rows.</summary>
    public string Subtitle => Across.Length > 0 ? $"{Up}; {Across}" : Up;

    public AxisScale AcrossScale()
    {
        IEnumerable<double> at = Series.SelectMany(s => s.Points).Select(p => p.X);
        return Counting ? AxisScale.Counting((int)Math.Ceiling(at.DefaultIfEmpty(1).Max())) : AxisScale.Around(at);
    }

    public AxisScale ValueScale(int marks = 5) => AxisScale.Around(
        Frame is { } f ? [f.Low, f.High] : Series.SelectMany(s => s.Points).SelectMany(p => new[] { p.Y, p.Low ?? p.Y, p.High ?? p.Y }),
        marks: marks);

    /// <summary>The points of a category, in the order of their series.</summary>
    public IReadOnlyList<(FigureSeries Series, FigurePoint Point)> Row(int category) =>
        [.. Series.SelectMany(s => s.Points.Where(p => p.X == category).Select(p => (s, p)))];

    public IntervalRow Interval(int category, FigureSeries series, FigurePoint point) =>
        new(series.Look, point.Y, point.Low, point.High, Zone: Zone is { } z && z.Category == category ? z.Half : null);

    /// <summary>What the zone or the dashed line is, below the plot; null where there is none.</summary>
    public string? Note(Func<string, string> name) => (Zone, Diagonal ?? Level?.Name) switch
    {
        ({ } zone, _) => $"The zone behind {name(Categories![zone.Category])} is the {zone.Name}.",
        (_, { } line) => $"The dashed line: {line}.",
        _ => null,
    };
}

/// <summary>Points that belong together.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Look">Colour and shape.</param>
/// <param name="Points">In their order.</param>
/// <param name="Joined">By a line.</param>
/// <param name="Marked">Each point has a marker.</param>
/// <param name="Faint">The line stands behind another that says more.</param>
sealed record FigureSeries(string Name, int Look, IReadOnlyList<FigurePoint> Points, bool Joined = false, bool Marked = true,
    bool Faint = false);

/// <summary>A value, with its interval where it has one.</summary>
readonly record struct FigurePoint(double X, double Y, double? Low = null, double? High = null);

/// <summary>The zone within <paramref name="Half"/> of zero behind a category.</summary>
sealed record FigureZone(int Category, double Half, string Name);
