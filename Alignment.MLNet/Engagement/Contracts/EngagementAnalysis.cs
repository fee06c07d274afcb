using System.Text.Json.Serialization;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>
/// What engagement data says, whole: <see cref="AnalysisJson"/> writes it to <c>analysis.json</c> and reads it back, and the command, the
/// report and the tables show nothing that is not in it. Numbers that do not exist are null (or left out), never NaN; a note beside them
/// says why.
/// </summary>
public sealed record EngagementAnalysis : IJobResult
{
    bool IJobResult.HasFailures => ComparesNothing is not null;

    /// <summary>The layout of the JSON; another one is refused by <see cref="AnalysisJson.Read"/>.</summary>
    public const string CurrentFormat = "alignment-analysis/2";

    /// <inheritdoc cref="CurrentFormat"/>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>File name of the data, or what the rows in memory were called.</summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of the file's bytes in lower-case hexadecimal; null for rows in memory.</summary>
    public string? SourceSha256 { get; init; }

    /// <summary>The file says of itself that it is simulated (a column <c>simulated</c>); every output says so too.</summary>
    public bool Simulated { get; init; }

    /// <summary>The variant compared with.</summary>
    public required string Baseline { get; init; }

    /// <summary>Of the intervals, 0 … 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Data rows in the file.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that were not used; each is in the rejected-rows file.</summary>
    public required long Rejected { get; init; }

    [JsonInclude]
    internal IReadOnlyList<RejectedRow> RejectedShown { get; init; } = [];

    /// <summary>Columns that hold no numbers.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; init; } = [];

    /// <summary>Rows and videos of every variant, those without rows included, in the order of the report.</summary>
    [JsonInclude]
    internal IReadOnlyList<VariantRows> Arms { get; init; } = [];

    /// <summary>Different videos; null where there were too many to keep apart.</summary>
    public long? Videos { get; init; }

    /// <summary>Whether the variants have the shares of rows they were to have; null with fewer than two variants.</summary>
    [JsonInclude]
    internal SampleRatio? SampleRatio { get; init; }

    [JsonInclude]
    internal PlanQuoted? Plan { get; init; }

    /// <summary>As used: the caller's, with what the plan decided.</summary>
    public required AnalysisOptions Options { get; init; }

    /// <summary>What a reader must know before the numbers, the worst first. Those of one metric are in
    /// <see cref="MetricAnalysis.Warnings"/>.</summary>
    public IReadOnlyList<AnalysisWarning> Warnings { get; init; } = [];

    /// <summary>One entry per metric, in the file's column order; ratios of counts after them.</summary>
    public required IReadOnlyList<MetricAnalysis> Metrics { get; init; }

    /// <summary>Sentences for the methods section of a paper, with references.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Rows that were used.</summary>
    [JsonIgnore]
    public long RowsUsed => Rows - Rejected;

    /// <summary>Why not one variant could be compared with the baseline on any metric; null where one was. The program ends with exit code
    /// 3 then, although all files are written.</summary>
    [JsonIgnore]
    public string? ComparesNothing => Comparability.Holds(Metrics) ? null
        : Warnings.FirstOrDefault(w => w.Code is Comparability.NothingCompared || w.Code == Comparability.VariantMissing
        && w.Level == WarningLevel.Alarm)?.Message ?? Comparability.NoComparison;

    /// <summary>All warnings, those of metrics included, the worst first.</summary>
    [JsonIgnore]
    public IEnumerable<AnalysisWarning> AllWarnings => Warnings.Concat(Metrics.SelectMany(m => m.Warnings)).OrderByDescending(w => w.Level);
}

/// <summary>A row that was not used.</summary>
/// <param name="Line">Line of the file on which the row begins, from 1.</param>
sealed record RejectedRow(long Line, string Reason);

/// <summary>One variant's part of the data.</summary>
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

/// <summary>How much a warning matters.</summary>
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
/// <param name="Level">How much it matters.</param>
/// <param name="Code">Stable, for programs: <c>sample_ratio_mismatch</c>, <c>few_rows</c>, <c>zero_variance</c>, …</param>
/// <param name="Message">One or two sentences, with what to do.</param>
/// <param name="Metric">The metric it is about, or null.</param>
/// <param name="Variant">The variant it is about, or null.</param>
public sealed record AnalysisWarning(WarningLevel Level, string Code, string Message, string? Metric = null, string? Variant = null);

/// <summary>The plan, as obeyed.</summary>
/// <param name="Changed">The two differ: what it says was perhaps not said beforehand, so that nothing counts as pre-registered.</param>
sealed record PlanQuoted(string File, string Sha256, string? RecordedSha256, bool Changed, string Title,
    IReadOnlyList<HypothesisQuoted> Hypotheses, string Correction, string StoppingRule, string Text);

/// <summary>One pre-registered hypothesis and what became of it.</summary>
/// <param name="Finding">The <see cref="Finding.Id"/> that answers it; null where the data has no such metric or variant.</param>
sealed record HypothesisQuoted(string Id, string Statement, string Metric, string? Finding, string Answer);
