namespace Alignment.MLNet.Analysis;

/// <summary>How engagement data is read and compared.</summary>
public sealed record AnalysisOptions
{
    /// <summary>The variant every other is compared with.</summary>
    public string Baseline { get; init; } = "baseline";

    /// <summary>The variants that may occur, in the order of the report.</summary>
    public IReadOnlyList<string> Variants { get; init; } =
        ["baseline", "early_boost", "middle_boost", "late_boost", "full_boost", "reduction", "placebo"];

    /// <summary>Of the intervals, between 0 and 1.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Rows with a longer cell are rejected. (In UTF-16 code units.)</summary>
    public int MaxCellLength { get; init; } = 10_000;

    /// <summary>How many rejected rows the result itself lists; all of them go into the file.</summary>
    public int RejectedShown { get; init; } = 20;
}
