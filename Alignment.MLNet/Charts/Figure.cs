namespace Alignment.MLNet.Charts;

/// <summary>
/// What a plot shows, decided in one place: its numbers, names and frame. <see cref="FigureFile"/> draws it as SVG and PNG, <c>Html.SvgFigure</c> into a page, where it
/// takes the page's width and colours: the two cannot show different things.
/// </summary>
sealed record Figure
{
    public required string Title { get; init; }

    /// <summary>What the values are, with their unit.</summary>
    public required string Up { get; init; }

    /// <summary>What stands across; under categories a remark.</summary>
    public string Across { get; init; } = "";

    /// <summary>The names of the places 0, 1, … across; null where numbers stand there.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    public required IReadOnlyList<FigureSeries> Series { get; init; }

    /// <summary>Whether each series is a category, so that no legend has to say which is which.</summary>
    public bool OneEach { get; init; }

    /// <summary>Whether whole numbers from 1 stand across.</summary>
    public bool Counting { get; init; }

    /// <summary>Where the values' axis begins and ends; null: with the values, and 0.</summary>
    public (double Low, double High)? Frame { get; init; }

    /// <summary>A zone about zero; null for none.</summary>
    public FigureZone? Zone { get; init; }

    /// <summary>The name of the line on which both axes are equal; null for none.</summary>
    public string? Diagonal { get; init; }
}

/// <summary>Points that belong together.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Look">Colour and shape.</param>
/// <param name="Points">In their order.</param>
/// <param name="Joined">By a line.</param>
/// <param name="Marked">Whether each point is seen on the line.</param>
sealed record FigureSeries(string Name, int Look, IReadOnlyList<FigurePoint> Points, bool Joined = false, bool Marked = true);

/// <summary>A value, with its interval where it has one.</summary>
readonly record struct FigurePoint(double X, double Y, double? Low = null, double? High = null);

/// <summary>The zone within <paramref name="Half"/> of zero behind a category.</summary>
sealed record FigureZone(int Category, double Half, string Name);
