using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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

/// <summary>One question to be answered, written down before there are data.</summary>
public sealed record PlannedHypothesis
{
    /// <summary>Short: "H1".</summary>
    public required string Id { get; init; }

    /// <summary>In words; quoted in every output.</summary>
    public required string Statement { get; init; }

    /// <summary>The metric.</summary>
    public required string Metric { get; init; }

    /// <summary>What it is about.</summary>
    public HypothesisKind Kind { get; init; }

    /// <summary>The variants of the first side (their means' mean), for a difference.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>The variants of the second side; empty for the baseline.</summary>
    public IReadOnlyList<string> Against { get; init; } = [];
}

/// <summary>When the experiment ends.</summary>
public enum StoppingRule
{
    /// <summary>At a number stated beforehand. Looking earlier and stopping on a small p makes false alarms.</summary>
    Fixed,

    /// <summary>At any time: intervals are always valid, and wider.</summary>
    Sequential,
}

/// <summary>When the experiment ends.</summary>
/// <param name="Rule">Fixed or sequential.</param>
/// <param name="RowsPerVariant">Planned rows of each variant; null where nothing was planned.</param>
/// <param name="Tuning">Of a sequential rule: the rows of two variants at which intervals are narrowest.</param>
public sealed record Stopping(StoppingRule Rule, long? RowsPerVariant = null, double Tuning = 5000);

/// <summary>The assignment a plan belongs to.</summary>
sealed record PlannedAssignment(string File, string Sha256, ulong Seed, long Units, int Block);

/// <summary>
/// An analysis written down before there are data: hypotheses, metrics, correction, margins, stopping rule. <c>alignment assign</c> writes
/// one,
/// <c>alignment analyze --plan</c> obeys and quotes it, and marks what it names as pre-registered.
/// </summary>
public sealed record AnalysisPlan
{
    /// <summary>The layout of the JSON.</summary>
    public const string CurrentFormat = "alignment-plan/1";

    /// <inheritdoc cref="CurrentFormat"/>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>Of the study.</summary>
    public string Title { get; init; } = "";

    /// <summary>What is assigned, "video" or "participant": what the sample-ratio test counts. Null where the plan does not say.</summary>
    public string? Unit { get; init; }

    /// <summary>The variant compared with.</summary>
    public string Baseline { get; init; } = new AnalysisOptions().Baseline;

    /// <summary>All variants, in the order of the report.</summary>
    public IReadOnlyList<string> Variants { get; init; } = new AnalysisOptions().Variants;

    /// <summary>Shares that are not equal, by variant; null for equal ones.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>The metrics of the hypotheses.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>The test that answers.</summary>
    public PrimaryTest Test { get; init; } = PrimaryTest.Welch;

    /// <summary>Over the hypotheses of one metric.</summary>
    public MultiplicityMethod Correction { get; init; } = MultiplicityMethod.Holm;

    /// <summary>Of the intervals.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Covariates.</summary>
    public IReadOnlyList<Covariate> Covariates { get; init; } = [];

    /// <summary>Equivalence margins.</summary>
    public IReadOnlyList<Margin> Margins { get; init; } = [];

    /// <summary>The questions.</summary>
    public IReadOnlyList<PlannedHypothesis> Hypotheses { get; init; } = [];

    /// <summary>When the experiment ends.</summary>
    public Stopping Stopping { get; init; } = new(StoppingRule.Fixed);

    [JsonInclude]
    internal PlannedAssignment? Assignment { get; init; }

    /// <summary>The plan that most experiments want: each variant against the baseline, the placebo equivalent where it has a
    /// margin.</summary>
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

    /// <summary>The plan as JSON.</summary>
    public string Text() => JsonSerializer.Serialize(this, JsonStyle.Strict) + "\n";

    /// <summary>SHA-256 of a text's UTF-8 bytes, lower-case hexadecimal.</summary>
    internal static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
