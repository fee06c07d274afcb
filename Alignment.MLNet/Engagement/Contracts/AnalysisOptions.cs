using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>The test that answers; the others are reported beside it.</summary>
public enum PrimaryTest
{
    /// <summary>Unequal variances, independent rows.</summary>
    Welch,

    /// <summary>Equal variances, independent rows.</summary>
    Student,

    /// <summary>By video: every video shown in both variants is its own control.</summary>
    Paired,

    /// <summary>Ranks give the p-value; the interval is Welch's.</summary>
    MannWhitney,

    /// <summary>Always-valid: may be looked at any time.</summary>
    Sequential,
}

/// <summary>How engagement data is read and compared.</summary>
public sealed record AnalysisOptions
{
    /// <summary>The variant every other is compared with.</summary>
    public string Baseline { get; init; } = Variant.Baseline.Name;

    /// <summary>In the order of the report.</summary>
    public IReadOnlyList<string> Variants { get; init; } = Variant.Names;

    /// <summary>The variant that must not differ from the baseline.</summary>
    public string Placebo { get; init; } = Variant.Placebo.Name;

    /// <summary>Variants with more attention on the product, pooled in contrasts.</summary>
    public IReadOnlyList<string> Boosts { get; init; } = [.. Variant.Boosts.Select(v => v.Name)];

    /// <summary>Variants that differ in when, in the order of time.</summary>
    public IReadOnlyList<string> Windows { get; init; } = [.. Variant.Windowed.Select(v => v.Name)];

    /// <summary>Only these metrics; null for every column of numbers.</summary>
    public IReadOnlyList<string>? Metrics { get; init; }

    public PrimaryTest Test { get; init; } = PrimaryTest.Welch;
    internal bool AnswersByLooks => Test == PrimaryTest.Sequential;

    /// <summary>Within a family: the variants compared within one metric.</summary>
    public MultiplicityMethod Correction { get; init; } = MultiplicityMethod.Holm;

    /// <summary>Of the intervals, 0 … 1; tests are at the level 1 − this.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Measured before the experiment; a column <c>pre_METRIC</c> is METRIC's without being named.</summary>
    public IReadOnlyList<Covariate> Covariates { get; init; } = [];

    /// <summary>Equivalence margins, to be stated before the data is seen.</summary>
    public IReadOnlyList<Margin> Margins { get; init; } = [];

    /// <summary>Ratios of counts; null takes clicks/impressions and conversions/clicks where the file has these columns.</summary>
    public IReadOnlyList<CountRatio>? Ratios { get; init; }

    /// <summary>Shares of rows the variants were to have; null for equal ones.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>Confidence sequences as well, valid however often one looks.</summary>
    public bool Sequential { get; init; }

    /// <summary>Rows of two variants together at which confidence sequences are narrowest; to be stated beforehand.</summary>
    public double SequentialTuning { get; init; } = 5000;

    /// <summary>Of the detectable difference.</summary>
    public double Power { get; init; } = 0.8;

    /// <summary>Of the bootstrap, and of the sample of rows that stands for too many.</summary>
    public ulong Seed { get; init; }

    /// <summary>Of the bootstrap; 0 leaves it out.</summary>
    public int Resamples { get; init; } = 10_000;

    /// <summary>With more rows of two variants together the bootstrap is left out: a mean of so many is as good as normal.</summary>
    public int BootstrapRows { get; init; } = 4_000;

    /// <summary>Values of a metric held for tests of ranks and medians; of more, a seeded sample.</summary>
    public int MaxValues { get; init; } = 200_000;

    /// <summary>Cells (videos × variants × metrics, 24 bytes each) held for analyses by video; with more these are left out.</summary>
    public int MaxCells { get; init; } = 4_000_000;

    /// <summary>Rows (32 bytes each) held to find duplicates; of more, a share from which the number is estimated.</summary>
    public int MaxRowHashes { get; init; } = 1 << 18;

    /// <summary>The column whose values were assigned to variants, or <see cref="AssignedRows"/>: sample-ratio mismatch is tested on its
    /// different values. Null: the plan's unit; else participants, if the file has them; else videos, if each has one variant; else
    /// rows.</summary>
    public string? Assigned { get; init; }

    /// <summary>Each row was assigned by itself.</summary>
    public const string AssignedRows = "row";

    /// <summary>Units of assignment (16 to 32 bytes each) held for the sample-ratio test; of more, a random sample.</summary>
    public int MaxUnits { get; init; } = 1 << 18;

    /// <summary>Sample-ratio p-values below this are an alarm (Fabijan et al., KDD 2019).</summary>
    public double SampleRatioAlarm { get; init; } = 0.001;

    /// <summary>Variants with fewer values get a warning.</summary>
    public int FewRows { get; init; } = 10;

    /// <summary>Relative changes beyond this get a warning (Twyman's law).</summary>
    public double ImplausibleLift { get; init; } = 0.5;

    /// <summary>Null finds out.</summary>
    public DecimalMark? Decimals { get; init; }

    /// <summary>Whose values are the units of analyses "by video".</summary>
    public string UnitColumn { get; init; } = "video_id";

    /// <summary>Threads that read; 0 for as many as processors. The result does not depend on it.</summary>
    [JsonIgnore]
    public int Threads { get; init; }

    /// <summary>In bytes; rows with a longer cell are rejected.</summary>
    public int MaxCellLength { get; init; } = 10_000;

    /// <summary>Rejected rows that the result lists; the file has all.</summary>
    public int RejectedShown { get; init; } = 20;

    internal string? PlannedUnit { get; init; }
    const int MostVariants = 64;

    /// <summary>Refuses values out of range, and names that contradict each other.</summary>
    public void Check()
    {
        this.Require(Confidence, Confidence is > 0 and < 1, "a number between 0 and 1", "0.95 is customary.");
        this.Require(SequentialTuning, SequentialTuning is >= 1 and < double.PositiveInfinity, "a number of rows, 1 or more",
            "5000 is the default.");
        AtLeast(Resamples, 0);
        AtLeast(BootstrapRows, 0);
        AtLeast(MaxValues, 1000);
        AtLeast(MaxCells, 0);
        AtLeast(Threads, 0);
        this.Require(Variants.Count, Variants.Count is >= 2 and <= MostVariants, $"2 to {MostVariants}",
            "Name them in the options or the plan.", nameof(Variants));
        if (Variants.GroupBy(v => v, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw UsageException.For($"{OptionName.Of<AnalysisOptions>(nameof(AnalysisOptions.Variants))}",
                $"'{SafePath.Shorten(twice.Key)}' twice", "different names, not in capitals alone", "Name each once.");
        if (Position(Baseline) < 0)
            throw UsageException.For($"{OptionName.Of<AnalysisOptions>(nameof(AnalysisOptions.Baseline))}",
                $"'{SafePath.Shorten(Baseline)}'", $"one of {string.Join(", ", Variants)}",
                $"The nearest is '{NearestName.Of(Baseline, Variants)}'.");
        foreach (Margin m in Margins) this.Require($"{m.Value} of '{SafePath.Shorten(m.Metric)}'", m.Value > 0 && double.IsFinite(m.Value),
            "a finite number above 0",
            "Give the largest difference that would not matter.", nameof(Margins));

        void AtLeast(int found, int least, [CallerArgumentExpression(nameof(found))] string property = "") =>
            this.Require(found, found >= least, $"{least} or more", "Leave it out for the default.", property);
    }

    // A variant's place among the variants, or −1.
    internal int Position(string variant)
    {
        for (int i = 0; i < Variants.Count; i++)
            if (Variants[i] == variant) return i;
        return -1;
    }
}

/// <summary>Of the data's decimals.</summary>
public enum DecimalMark
{
    /// <summary>0.05</summary>
    Point,

    /// <summary>0,05</summary>
    Comma,
}

/// <summary>A metric's covariate, a column of the same file measured before the experiment.</summary>
public sealed record Covariate(string Metric, string Column);

/// <summary>The largest difference that would not matter, above 0.</summary>
/// <param name="InBaselineSds">In standard deviations of the baseline: of a metric's rows, a ratio's units, or of one independent trial,
/// √(p (1 − p)).</param>
public sealed record Margin(string Metric, double Value, bool InBaselineSds = false)
{
    internal bool IsOf(string metric) => Text.Same(Metric, metric);

    // In the metric's units; 0 where it counts in standard deviations of a baseline that does not vary.
    internal double Width(Sample baseline) => Value * (InBaselineSds ? double.IsFinite(baseline.Sd) ? baseline.Sd : 0 : 1);
}

/// <summary>A ratio of two columns of counts, successes (clicks) and trials (impressions); in every row at least as many trials.</summary>
public sealed record CountRatio(string Numerator, string Denominator)
{
    /// <summary>"clicks/impressions".</summary>
    public string Name => $"{Numerator}/{Denominator}";
}
