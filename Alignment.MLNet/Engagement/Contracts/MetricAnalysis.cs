using System.Text.Json.Serialization;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>What a metric is made of.</summary>
public enum MetricKind
{
    /// <summary>A column of numbers; its mean is compared.</summary>
    Mean,

    /// <summary>A ratio of two columns of counts, sum by sum; the video is the unit.</summary>
    Ratio,
}

/// <summary>How a metric's numbers are shown to people: times a factor, with a unit.</summary>
/// <param name="Factor">100 for a rate, of which differences are points; else 1.</param>
/// <param name="Unit">"points", or empty.</param>
public sealed record MetricDisplay(double Factor, string Unit);

/// <summary>One metric.</summary>
public sealed record MetricAnalysis
{
    /// <summary>The column's name, or "clicks/impressions".</summary>
    public required string Metric { get; init; }

    /// <summary>What it is made of.</summary>
    public MetricKind Kind { get; init; }

    /// <summary>How its numbers are shown to people.</summary>
    public required MetricDisplay Display { get; init; }

    /// <summary>The plan names it.</summary>
    public bool Planned { get; init; }

    /// <summary>Rows without a value, among those used.</summary>
    public long Missing { get; init; }

    /// <summary>Size, mean and spread of every variant that has values.</summary>
    public required IReadOnlyList<VariantSample> Samples { get; init; }

    /// <summary>Whether the variants differ at all: ANOVA, Kruskal–Wallis, Levene, and the likelihood ratio of the mixed model.</summary>
    public IReadOnlyList<OmnibusTest> Omnibus { get; init; } = [];

    /// <summary>Every other variant against the baseline; empty when the baseline has no values.</summary>
    public IReadOnlyList<VariantComparison> Comparisons { get; init; } = [];

    /// <summary>Boosts against the placebo, the windows against each other, the boosts together, the trend over the windows.</summary>
    public IReadOnlyList<Contrast> Contrasts { get; init; } = [];

    /// <summary>Whether the placebo is equivalent to the baseline; null without a margin or a placebo.</summary>
    public Finding? Placebo { get; init; }

    /// <summary>The effect against the measured dose; null without a dose table.</summary>
    public DoseResponse? Dose { get; init; }

    /// <summary>The same differences under other assumptions: rows of a video dependent, or a covariate taken off.</summary>
    public IReadOnlyList<SensitivityAnalysis> Sensitivity { get; init; } = [];

    /// <summary>What a reader must know before this metric's numbers.</summary>
    public IReadOnlyList<AnalysisWarning> Warnings { get; init; } = [];

    /// <summary>Why there are no comparisons, or null.</summary>
    public string? Note { get; init; }

    /// <summary>All answers, in the order to read them: the comparisons, the placebo, the contrasts, the dose.</summary>
    [JsonIgnore]
    public IEnumerable<Finding> Findings =>
        [.. Comparisons.Select(c => c.Result), .. Placebo is { } p ? new[] { p } : [], .. Contrasts.Select(c => c.Result),
        .. Dose is { } d ? new[] { d.Result } : []];
}

/// <summary>One variant's values of one metric.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Sample">Size, mean and variance; of a ratio: videos, the ratio, and the variance whose error is that of the ratio.</param>
/// <param name="Interval">Of the mean, by Student's t; null for fewer than two values.</param>
/// <param name="Counts">Of a ratio; null otherwise.</param>
public sealed record VariantSample(string Variant, Sample Sample, Interval? Interval = null, CountPair? Counts = null);

/// <summary>Counts of a ratio.</summary>
/// <param name="Successes">Sum of the numerator (clicks).</param>
/// <param name="Trials">Sum of the denominator (impressions).</param>
public sealed record CountPair(long Successes, long Trials);

/// <summary>A test of all variants at once.</summary>
/// <param name="Name">"ANOVA", "Kruskal–Wallis", "Levene (median)", "likelihood ratio (mixed model)".</param>
/// <param name="Asks">What it asks, in words.</param>
/// <param name="Statistic">F, H, W or χ²; null where it is infinite or was not computed.</param>
/// <param name="Df1">Degrees of freedom.</param>
/// <param name="Df2">Of the denominator, or null.</param>
/// <param name="P">Null where it was not computed.</param>
/// <param name="Note">Why it was not computed, or that it was on a sample.</param>
public sealed record OmnibusTest(string Name, string Asks, double? Statistic, double? Df1, double? Df2, double? P, string? Note = null);
