using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement.Planning;

/// <summary>What a hypothesis is about.</summary>
public enum HypothesisKind
{
    /// <summary>Two sides differ.</summary>
    Difference,

    /// <summary>The placebo is equivalent to the baseline within the metric's margin.</summary>
    Equivalence,

    /// <summary>The metric rises or falls over the windows.</summary>
    Trend,

    /// <summary>The metric rises or falls with the measured dose.</summary>
    Dose,
}

/// <summary>A question written down before there are data.</summary>
public sealed record PlannedHypothesis
{
    /// <summary>"H1".</summary>
    public required string Id { get; init; }

    /// <summary>Quoted in every output.</summary>
    public required string Statement { get; init; }

    /// <summary>The metric.</summary>
    public required string Metric { get; init; }

    /// <summary>What it is about.</summary>
    public HypothesisKind Kind { get; init; }

    /// <summary>First side of a difference (the mean of their means).</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>Second side; empty for the baseline.</summary>
    public IReadOnlyList<string> Against { get; init; } = [];
}

public enum StoppingRule
{
    /// <summary>At a number stated beforehand. Looking earlier and stopping on a small p makes false alarms.</summary>
    Fixed,

    /// <summary>At any time: intervals are always valid, and wider.</summary>
    Sequential,
}

/// <summary>When the experiment ends.</summary>
/// <param name="RowsPerVariant">Planned; null for none.</param>
/// <param name="Tuning">Rows of two variants at which a sequential rule's intervals are narrowest.</param>
public sealed record Stopping(StoppingRule Rule, long? RowsPerVariant = null, double Tuning = 5000);

// The assignment a plan belongs to.
sealed record PlannedAssignment(string File, string Sha256, ulong Seed, long Units, int Block);

/// <summary>An analysis written down before there are data: <c>alignment assign</c> writes it, <c>analyze --plan</c> obeys and quotes it
/// and marks what it names as pre-registered.</summary>
public sealed record AnalysisPlan
{
    public const string CurrentFormat = "alignment-plan/1";

    /// <summary>The layout of the JSON.</summary>
    public string Format { get; init; } = CurrentFormat;

    public string Title { get; init; } = "";

    /// <summary>What is assigned, "video" or "participant"; null where it does not say.</summary>
    public string? Unit { get; init; }

    public string Baseline { get; init; } = new AnalysisOptions().Baseline;

    /// <summary>All variants, in the order of the report.</summary>
    public IReadOnlyList<string> Variants { get; init; } = new AnalysisOptions().Variants;

    /// <summary>By variant; null for equal ones.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    public IReadOnlyList<string> Metrics { get; init; } = [];
    public PrimaryTest Test { get; init; } = PrimaryTest.Welch;

    /// <summary>Over the hypotheses of one metric.</summary>
    public MultiplicityMethod Correction { get; init; } = MultiplicityMethod.Holm;

    public double Confidence { get; init; } = 0.95;
    public IReadOnlyList<Covariate> Covariates { get; init; } = [];
    public IReadOnlyList<Margin> Margins { get; init; } = [];
    public IReadOnlyList<PlannedHypothesis> Hypotheses { get; init; } = [];

    /// <summary>When the experiment ends.</summary>
    public Stopping Stopping { get; init; } = new(StoppingRule.Fixed);

    [JsonInclude]
    internal PlannedAssignment? Assignment { get; init; }

    /// <summary>Each variant against the baseline, and the placebo equivalent where it has a margin.</summary>
    public AnalysisPlan WithUsualHypotheses()
    {
        List<PlannedHypothesis> made = [];
        var options = new AnalysisOptions();
        foreach (string metric in Metrics)
        {
            foreach (string v in Variants.Where(v => v != Baseline && v != options.Placebo))
                made.Add(new()
                {
                    Id = $"H{made.Count + 1}",
                    Metric = metric,
                    Variants = [v],
                    Statement = $"{Contracts.Text.Name(v)} changes {metric} against {Contracts.Text.Name(Baseline)}."
                });
            if (Margins.FirstOrDefault(m => m.Metric == metric) is { } margin && Variants.Contains(options.Placebo))
                made.Add(new()
                {
                    Id = $"H{made.Count + 1}",
                    Metric = metric,
                    Kind = HypothesisKind.Equivalence,
                    Statement = $"{Contracts.Text.Name(options.Placebo)} does not change {metric} by more than "
                        + FormattableString.Invariant($"{margin.Value}{(margin.InBaselineSds ? " standard deviations" : "")}.")
                });
        }
        return this with { Hypotheses = made };
    }

    /// <summary>As JSON.</summary>
    public string Text() => JsonSerializer.Serialize(this, JsonStyle.Strict) + "\n";

    // SHA-256 of a text's UTF-8 bytes, lower-case hexadecimal.
    internal static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
