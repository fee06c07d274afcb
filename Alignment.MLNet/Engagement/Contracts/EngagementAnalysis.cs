using System.Text.Json.Serialization;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>What engagement data says, whole: <c>analysis.json</c>, the console, the report and the tables show nothing else. Numbers that
/// do not exist are null, never NaN; a note beside them says why.</summary>
public sealed record EngagementAnalysis : IJobResult
{
    bool IJobResult.HasFailures => ComparesNothing is not null;

    public const string CurrentFormat = "alignment-analysis/2";

    /// <summary>The layout of the JSON.</summary>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>File name, or what the rows in memory were called.</summary>
    public required string Source { get; init; }

    /// <summary>Of the file's bytes; null for rows in memory.</summary>
    public string? SourceSha256 { get; init; }

    /// <summary>The file says so itself (a column <c>simulated</c>).</summary>
    public bool Simulated { get; init; }

    public required string Baseline { get; init; }

    /// <summary>Of the intervals, 0 … 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Data rows in the file.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that were not used.</summary>
    public required long Rejected { get; init; }

    [JsonInclude]
    internal IReadOnlyList<RejectedRow> RejectedShown { get; init; } = [];

    /// <summary>Columns that hold no numbers.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    [JsonInclude]
    internal IReadOnlyList<VariantRows> Arms { get; init; } = [];

    /// <summary>Different videos; null where too many to keep apart.</summary>
    public long? Videos { get; init; }

    [JsonInclude]
    internal SampleRatio? SampleRatio { get; init; }

    [JsonInclude]
    internal PlanQuoted? Plan { get; init; }

    /// <summary>As used: the caller's, with what the plan decided.</summary>
    public required AnalysisOptions Options { get; init; }

    /// <summary>What to know before the numbers, the worst first; those of one metric are in
    /// <see cref="MetricAnalysis.Warnings"/>.</summary>
    public IReadOnlyList<AnalysisWarning> Warnings { get; init; } = [];

    /// <summary>In the file's column order; ratios of counts after them.</summary>
    public required IReadOnlyList<MetricAnalysis> Metrics { get; init; }

    /// <summary>Sentences for a paper, with references.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    [JsonIgnore]
    public long RowsUsed => Rows - Rejected;

    /// <summary>Why no variant could be compared with the baseline on any metric (exit code 3 of the console), or null.</summary>
    [JsonIgnore]
    public string? ComparesNothing => Comparability.Holds(Metrics) ? null
        : Warnings.FirstOrDefault(w => w.Code is Comparability.NothingCompared || w.Code == Comparability.VariantMissing
        && w.Level == WarningLevel.Alarm)?.Message ?? Comparability.NoComparison;

    /// <summary>Those of metrics included, the worst first.</summary>
    [JsonIgnore]
    public IEnumerable<AnalysisWarning> AllWarnings => Warnings.Concat(Metrics.SelectMany(m => m.Warnings)).OrderByDescending(w => w.Level);
}

/// <summary>A row that was not used.</summary>
/// <param name="Line">Line of the file on which the row begins, from 1.</param>
sealed record RejectedRow(long Line, string Reason);

// One variant's part of the data.
sealed record VariantRows(string Variant, long Rows, long? Videos);

/// <summary>Rows per variant against the shares they were to have.</summary>
/// <param name="Df">Variants − 1.</param>
/// <param name="Expected">Shares, by variant; they sum to 1.</param>
sealed record SampleRatio(double ChiSquare, double Df, double P, bool Mismatch, IReadOnlyDictionary<string, double> Expected,
    string Sentence)
{
    public string Unit { get; init; } = "row";
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();
    public long InSeveral { get; init; }

    /// <summary>The units counted are a random sample of all, because there are very many.</summary>
    public bool Sampled { get; init; }
}

public enum WarningLevel
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>Limits what the numbers mean.</summary>
    Warning,

    /// <summary>The numbers cannot be trusted until this is explained.</summary>
    Alarm,
}

/// <summary>Something a reader must know.</summary>
/// <param name="Code">Stable, for programs: <c>sample_ratio_mismatch</c>, <c>few_rows</c>, …</param>
/// <param name="Metric">Or null.</param>
/// <param name="Variant">Or null.</param>
public sealed record AnalysisWarning(WarningLevel Level, string Code, string Message, string? Metric = null, string? Variant = null);

/// <summary>The plan, as obeyed.</summary>
/// <param name="Changed">The two differ: what it says was perhaps not said beforehand, so that nothing counts as pre-registered.</param>
sealed record PlanQuoted(string File, string Sha256, string? RecordedSha256, bool Changed, string Title,
    IReadOnlyList<HypothesisQuoted> Hypotheses, string Correction, string StoppingRule, string Text);

/// <summary>One pre-registered hypothesis and what became of it.</summary>
/// <param name="Finding">The <see cref="Finding.Id"/> that answers it; null where the data has no such metric or variant.</param>
sealed record HypothesisQuoted(string Id, string Statement, string Metric, string? Finding, string Answer);
