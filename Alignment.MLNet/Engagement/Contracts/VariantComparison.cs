using System.Text.Json.Serialization;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>One variant against the baseline: the answer, and every test of it. A part is null where it was not asked for, or could not be
/// computed; <see cref="Notes"/> says which.</summary>
public sealed record VariantComparison
{
    /// <summary>The variant.</summary>
    public required string Variant { get; init; }

    /// <summary>Its values.</summary>
    public required Sample Sample { get; init; }

    /// <summary>The baseline's values.</summary>
    public required Sample Baseline { get; init; }

    /// <summary>The answer by the test the options chose (Welch's by default), corrected.</summary>
    public required Finding Result { get; init; }

    /// <summary>Student's t-test: equal variances assumed.</summary>
    public TTest? Student { get; init; }

    /// <summary>Welch's t-test: they are not.</summary>
    public TTest? Welch { get; init; }

    /// <summary>The paired t-test over videos that both have, by the means of their rows.</summary>
    public PairedResult? Paired { get; init; }

    /// <summary>Ranks: whether values tend to be larger.</summary>
    public MannWhitneyTest? MannWhitney { get; init; }

    /// <summary>m₁ / m₀ − 1 with intervals.</summary>
    public RelativeLift? Lift { get; init; }

    /// <summary>Cohen's d and Hedges' g.</summary>
    public EffectSize? Effect { get; init; }

    /// <summary>The bootstrap's interval (BCa).</summary>
    public BcaBootstrap? Bootstrap { get; init; }

    /// <summary>Dunnett's many-to-one test: p and interval for all variants together.</summary>
    public DunnettComparison? Dunnett { get; init; }

    /// <summary>Two one-sided tests against the metric's margin.</summary>
    public EquivalenceTest? Equivalence { get; init; }

    /// <summary>The look of now, valid at any time.</summary>
    public ConfidenceSequence? Sequential { get; init; }

    /// <summary>Of a ratio of counts: all trials taken as independent.</summary>
    public ProportionsResult? Proportions { get; init; }

    /// <summary>Of a ratio of counts: the video as the unit.</summary>
    public RatioComparison? Ratio { get; init; }

    /// <summary>The smallest difference these sizes and spreads find with the power of <see cref="AnalysisOptions.Power"/>.</summary>
    public double? DetectableDifference { get; init; }

    /// <summary>Power of Welch's test at the observed difference: a function of its p-value, no new evidence.</summary>
    public double? AchievedPower { get; init; }

    /// <summary>Every test's p-value corrected the same way, by the test's name: student, welch, paired, mann_whitney, pooled_z.</summary>
    public IReadOnlyDictionary<string, double> Corrected { get; init; } = new Dictionary<string, double>();

    /// <summary>What was left out, and why; what was computed on a sample of the rows.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The variant's mean − the baseline's.</summary>
    [JsonIgnore]
    public double Difference => Sample.Mean - Baseline.Mean;

    /// <summary>Why no test is possible, or null.</summary>
    [JsonIgnore]
    public string? Note => Result.Note;
}

/// <summary>A t-test's outcome.</summary>
/// <param name="T">The statistic; positive when the variant's mean is above the baseline's.</param>
/// <param name="Df">Degrees of freedom.</param>
/// <param name="P">Two-sided.</param>
/// <param name="StandardError">Of the difference.</param>
/// <param name="Low">Lower end of the interval of the difference.</param>
/// <param name="High">Upper end.</param>
public sealed record TTest(double T, double Df, double P, double StandardError, double Low, double High);

/// <summary>A paired t-test's outcome.</summary>
/// <param name="Pairs">Videos that both variants have.</param>
/// <param name="Difference">Mean of the differences.</param>
/// <param name="StandardError">Of it.</param>
/// <param name="T">Null where the differences are all the same, and not 0.</param>
/// <param name="P">With pairs − 1 degrees of freedom.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end.</param>
public sealed record PairedResult(long Pairs, double Difference, double StandardError, double? T, double P, double Low, double High);

/// <summary>Counts compared as if every trial were independent.</summary>
/// <param name="Variant">The variant's counts.</param>
/// <param name="Baseline">The baseline's.</param>
/// <param name="Test">z tests and intervals.</param>
/// <param name="FisherP">Fisher's exact test; null where there are too many trials for it to differ.</param>
public sealed record ProportionsResult(CountPair Variant, CountPair Baseline, TwoProportions Test, double? FisherP);
