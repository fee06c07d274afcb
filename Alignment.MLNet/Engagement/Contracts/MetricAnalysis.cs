using System.Text.Json.Serialization;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Contracts;

// What a metric is made of.
enum MetricKind
{
    Mean,

    Ratio,
}

/// <summary>How a metric's numbers are shown to people: times a factor, with a unit.</summary>
/// <param name="Factor">100 for a rate, of which differences are points; else 1.</param>
sealed record MetricDisplay(double Factor, string Unit);

/// <summary>One metric.</summary>
public sealed record MetricAnalysis
{
    /// <summary>Column name, or "clicks/impressions".</summary>
    public required string Metric { get; init; }

    [JsonInclude]
    internal MetricKind Kind { get; init; }

    [JsonInclude, JsonRequired]
    internal MetricDisplay Display { get; init; } = new(1, "");

    /// <summary>The plan names it.</summary>
    public bool Planned { get; init; }

    /// <summary>Rows used that have no value.</summary>
    public long Missing { get; init; }

    [JsonInclude, JsonRequired]
    internal IReadOnlyList<VariantSample> Samples { get; init; } = [];

    // Whether the variants differ at all: ANOVA, Kruskal–Wallis, Levene, and the likelihood ratio of the mixed model.
    [JsonInclude]
    internal IReadOnlyList<OmnibusTest> Omnibus { get; init; } = [];

    [JsonInclude]
    internal IReadOnlyList<VariantComparison> Comparisons { get; init; } = [];

    [JsonInclude]
    internal IReadOnlyList<Contrast> Contrasts { get; init; } = [];

    /// <summary>Its equivalence to the baseline; null without a margin or a placebo.</summary>
    public Finding? Placebo { get; init; }

    [JsonInclude]
    internal DoseResponse? Dose { get; init; }

    [JsonInclude]
    internal IReadOnlyList<SensitivityAnalysis> Sensitivity { get; init; } = [];
    public IReadOnlyList<AnalysisWarning> Warnings { get; init; } = [];

    /// <summary>Why there are no comparisons, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Comparisons, placebo, contrasts, dose: in the order to read them.</summary>
    [JsonIgnore]
    public IEnumerable<Finding> Findings =>
        [.. Comparisons.Select(c => c.Result), .. Placebo is { } p ? new[] { p } : [], .. Contrasts.Select(c => c.Result),
        .. Dose is { } d ? new[] { d.Result } : []];
}

// One variant's values of one metric.
sealed record VariantSample(string Variant, Sample Sample, Interval? Interval = null, CountPair? Counts = null);

// Counts of a ratio.
sealed record CountPair(long Successes, long Trials);

/// <summary>A test of all variants at once.</summary>
/// <param name="Statistic">F, H, W or χ²; null where it is infinite or was not computed.</param>
sealed record OmnibusTest(string Name, string Asks, double? Statistic, double? Df1, double? Df2, double? P, string? Note = null);
