using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.MLNet.Engagement.Comparing;

// What a sentence is about.
enum DraftKind
{
    Variant,
    Contrast,
    Trend,
    Equivalence,
    Dose,
}

// A finding before its p-value is corrected: the family must be known first.
sealed class Draft
{
    public required string Id { get; init; }
    public required string Label { get; init; }
    public required string Question { get; init; }
    public required string Test { get; init; }
    public DraftKind Kind { get; init; }
    public required string First { get; init; }
    public required string Second { get; init; }

    // Weights by variant, so that a plan's hypothesis can be found.
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    public TestAnswer? Answer { get; set; }

    public static Draft Comparison(string metric, string variant, AnalysisOptions options, string test)
    {
        string first = Text.Name(variant), second = Text.Name(options.Baseline);
        return new()
        {
            Id = $"{metric}/{variant}",
            Label = $"{first} against {second}",
            Question = $"variants against {second}",
            Test = test,
            First = first,
            Second = second,
            Weights = new Dictionary<string, double> { [variant] = 1, [options.Baseline] = -1 },
        };
    }
    public double Margin { get; init; }
    public double? Level { get; set; }
    public string? Note { get; set; }
    public string? Hypothesis { get; set; }
    public bool Confirmatory { get; set; }
}
