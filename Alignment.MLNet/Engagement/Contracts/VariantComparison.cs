using System.Text.Json.Serialization;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>One variant against the baseline: the answer, and every test of it. A part is null where it was not asked for, or could not be
/// computed; <see cref="Notes"/> says which.</summary>
sealed record VariantComparison
{
    public required string Variant { get; init; }
    public required Sample Sample { get; init; }
    public required Sample Baseline { get; init; }
    public required Finding Result { get; init; }
    public TTest? Student { get; init; }
    public TTest? Welch { get; init; }
    public PairedResult? Paired { get; init; }
    public MannWhitneyTest? MannWhitney { get; init; }

    // m₁ / m₀ − 1 with intervals.
    public RelativeLift? Lift { get; init; }

    public EffectSize? Effect { get; init; }
    public BcaBootstrap? Bootstrap { get; init; }
    public DunnettComparison? Dunnett { get; init; }
    public EquivalenceTest? Equivalence { get; init; }
    public ConfidenceSequence? Sequential { get; init; }
    public ProportionsResult? Proportions { get; init; }
    public RatioComparison? Ratio { get; init; }

    /// <summary>The smallest difference these sizes and spreads find with the power of <see cref="AnalysisOptions.Power"/>.</summary>
    public double? DetectableDifference { get; init; }

    public double? AchievedPower { get; init; }

    // Every test's p-value corrected the same way, by the test's name: student, welch, paired, mann_whitney, pooled_z.
    public IReadOnlyDictionary<string, double> Corrected { get; init; } = new Dictionary<string, double>();

    public IReadOnlyDictionary<string, TestAnswer>? Tests { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];

    [JsonIgnore]
    public double Difference => Sample.Mean - Baseline.Mean;

    [JsonIgnore]
    public string? Note => Result.Note;
}

// A t-test's outcome.
sealed record TTest(double T, double Df, double P, double StandardError, double Low, double High);

/// <summary>A paired t-test's outcome.</summary>
/// <param name="T">Null where the differences are all the same, and not 0.</param>
/// <param name="P">With pairs − 1 degrees of freedom.</param>
sealed record PairedResult(long Pairs, double Difference, double StandardError, double? T, double P, double Low, double High);

// Counts compared as if every trial were independent.
sealed record ProportionsResult(CountPair Variant, CountPair Baseline, TwoProportions Test, double? FisherP);
