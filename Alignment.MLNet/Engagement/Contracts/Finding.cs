using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>What an answer amounts to, at the level that belongs to the confidence (5 % for 95 %).</summary>
public enum Verdict
{
    /// <summary>Could not be computed; the note says why.</summary>
    None,

    /// <summary>No difference was shown. That does not show that there is none.</summary>
    NotShown,

    /// <summary>The first side is higher, corrected for the number of comparisons.</summary>
    Raised,

    /// <summary>The first side is lower.</summary>
    Lowered,

    /// <summary>The difference is smaller than the margin (equivalence tests only).</summary>
    Equivalent,
}

/// <summary>
/// One answer: an estimate with its interval, its p-value as it is and corrected within its family, whether it was pre-registered, and one
/// sentence that says it all. Comparisons, contrasts, the placebo's equivalence and the dose's slope each have one.
/// </summary>
public sealed record Finding
{
    /// <summary>Unique: "CTR/early_boost", "CTR/pooled_boosts-placebo", "CTR/placebo~baseline", "CTR/dose".</summary>
    public required string Id { get; init; }

    /// <summary>Short, for tables and plots: "early_boost against baseline".</summary>
    public required string Label { get; init; }

    /// <summary>The p-values corrected together: "CTR: variants against baseline"; pre-registered ones are a family of their own.</summary>
    public required string Family { get; init; }

    /// <summary>Tests in the family that could be computed.</summary>
    public int FamilySize { get; init; }

    /// <summary>Name of the test: "Welch's t-test".</summary>
    public required string Test { get; init; }

    /// <summary>The difference (or slope), in the metric's units.</summary>
    public double? Estimate { get; init; }

    /// <summary>Of the estimate.</summary>
    public double? StandardError { get; init; }

    /// <summary>t or z; null where infinite (an exact difference) or not computed.</summary>
    public double? Statistic { get; init; }

    /// <summary>Degrees of freedom of t; null for the normal distribution.</summary>
    public double? Df { get; init; }

    /// <summary>Two-sided, as it is. Of an equivalence test: the larger of the two one-sided ones.</summary>
    public double? P { get; init; }

    /// <summary>Corrected within the family; equal to <see cref="P"/> where nothing is corrected.</summary>
    public double? CorrectedP { get; init; }

    /// <summary>The correction's name: "Holm", "Benjamini–Hochberg", "Bonferroni", "none".</summary>
    public required string Correction { get; init; }

    /// <summary>Of the estimate, for this comparison alone.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Bonferroni's: all intervals of the family hold together with the confidence.</summary>
    public Interval? Simultaneous { get; init; }

    /// <summary>The plan named this comparison, and the plan is as it was recorded. Otherwise it was explored.</summary>
    public bool Confirmatory { get; init; }

    /// <summary>The plan's hypothesis, or null.</summary>
    public string? Hypothesis { get; init; }

    /// <summary>What it amounts to.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>In plain language: "early boost raised CTR by 0.73 points (95 % CI 0.40 to 1.05, Holm p = 0.0001)".</summary>
    public required string Sentence { get; init; }

    /// <summary>Why something was not computable, or null.</summary>
    public string? Note { get; init; }
}
