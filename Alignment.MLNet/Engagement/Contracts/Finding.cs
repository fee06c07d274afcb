using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Contracts;

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

/// <summary>One answer, of a comparison, a contrast, the placebo's equivalence or the dose's slope.</summary>
public sealed record Finding
{
    /// <summary>Unique: "CTR/early_boost", "CTR/pooled_boosts-placebo", "CTR/placebo~baseline", "CTR/dose".</summary>
    public required string Id { get; init; }

    /// <summary>For tables and plots: "early_boost against baseline".</summary>
    public required string Label { get; init; }

    /// <summary>P-values corrected together: "CTR: variants against baseline"; pre-registered ones are a family of their own.</summary>
    public required string Family { get; init; }

    /// <summary>Computable tests in the family.</summary>
    public int FamilySize { get; init; }

    /// <summary>"Welch's t-test".</summary>
    public required string Test { get; init; }

    /// <summary>The difference (or slope), in the metric's units.</summary>
    public double? Estimate { get; init; }

    public double? StandardError { get; init; }

    /// <summary>t or z; null where infinite or not computed.</summary>
    public double? Statistic { get; init; }

    /// <summary>Null for the normal distribution.</summary>
    public double? Df { get; init; }

    /// <summary>Two-sided; of an equivalence test the larger one-sided one.</summary>
    public double? P { get; init; }

    /// <summary>Within the family.</summary>
    public double? CorrectedP { get; init; }

    /// <summary>"Holm", "none", …</summary>
    public required string Correction { get; init; }

    /// <summary>For this comparison alone.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Bonferroni's, for the whole family.</summary>
    public Interval? Simultaneous { get; init; }

    /// <summary>The plan, unchanged, named this comparison; else it was explored.</summary>
    public bool Confirmatory { get; init; }

    /// <summary>Its id in the plan, or null.</summary>
    public string? Hypothesis { get; init; }

    /// <summary>What it amounts to.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>"early boost raised CTR by 0.73 points (95 % CI 0.40 to 1.05, Holm p = 0.0001)".</summary>
    public required string Sentence { get; init; }

    /// <summary>Why something was not computable, or null.</summary>
    public string? Note { get; init; }
}
