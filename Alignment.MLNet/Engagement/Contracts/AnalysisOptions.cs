using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Engagement.Contracts;

/// <summary>The test whose p-value and interval are the answer; the others are reported beside it.</summary>
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

    /// <summary>The variants that may occur, in the order of the report.</summary>
    public IReadOnlyList<string> Variants { get; init; } = Variant.Names;

    /// <summary>The variant that must not differ from the baseline.</summary>
    public string Placebo { get; init; } = Variant.Placebo.Name;

    /// <summary>The variants with more attention on the product, pooled in contrasts.</summary>
    public IReadOnlyList<string> Boosts { get; init; } = [.. Variant.Boosts.Select(v => v.Name)];

    /// <summary>The variants that differ in when, in the order of time: compared with each other, and for a trend.</summary>
    public IReadOnlyList<string> Windows { get; init; } = [.. Variant.Windowed.Select(v => v.Name)];

    /// <summary>Only these metrics; null for every column of numbers.</summary>
    public IReadOnlyList<string>? Metrics { get; init; }

    /// <summary>The test that answers.</summary>
    public PrimaryTest Test { get; init; } = PrimaryTest.Welch;

    internal bool AnswersByLooks => Test == PrimaryTest.Sequential;

    /// <summary>Within each family: the variants compared within one metric.</summary>
    public MultiplicityMethod Correction { get; init; } = MultiplicityMethod.Holm;

    /// <summary>Of the intervals, between 0 and 1; tests are at the level 1 − this.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Metrics measured before the experiment as covariates. A column <c>pre_METRIC</c> is METRIC's without being named.</summary>
    public IReadOnlyList<Covariate> Covariates { get; init; } = [];

    /// <summary>Equivalence margins, to be stated before the data is seen.</summary>
    public IReadOnlyList<Margin> Margins { get; init; } = [];

    /// <summary>Ratios of counts; null takes clicks/impressions and conversions/clicks where the file has these columns.</summary>
    public IReadOnlyList<CountRatio>? Ratios { get; init; }

    /// <summary>The shares of rows that variants were to have; null for equal shares.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>Confidence sequences as well, valid however often one looks.</summary>
    public bool Sequential { get; init; }

    /// <summary>The number of rows of two variants together at which confidence sequences are narrowest; to be stated beforehand.</summary>
    public double SequentialTuning { get; init; } = 5000;

    /// <summary>Power for which the detectable difference is given.</summary>
    public double Power { get; init; } = 0.8;

    /// <summary>Of the bootstrap, and of the sample of rows that stands for too many.</summary>
    public ulong Seed { get; init; }

    /// <summary>Of the bootstrap; 0 leaves it out.</summary>
    public int Resamples { get; init; } = 10_000;

    /// <summary>The bootstrap is left out, and that is said, where two variants have more rows together: a mean of so many is as good as
    /// normal, and time grows with rows × resamples.</summary>
    public int BootstrapRows { get; init; } = 4_000;

    /// <summary>Values of one metric that are held for tests of ranks and medians; of more, a seeded sample of so many, and that is
    /// said.</summary>
    public int MaxValues { get; init; } = 200_000;

    /// <summary>Cells (videos × variants × metrics) that are held for analyses by video; with more videos these are left out, and that is
    /// said. 24 bytes each.</summary>
    public int MaxCells { get; init; } = 4_000_000;

    /// <summary>Rows kept in mind when looking for duplicates; of more, a share chosen by their hash, from which the number is estimated.
    /// 32 bytes each.</summary>
    public int MaxRowHashes { get; init; } = 1 << 18;

    /// <summary>
    /// The column whose values were assigned to variants (participant_id, video_id), or <see cref="AssignedRows"/>: sample-ratio mismatch
    /// is tested on its different values. Null finds out: the plan's unit; else participants where the file has them; else videos where
    /// each has one variant; else rows.
    /// </summary>
    public string? Assigned { get; init; }

    /// <summary>What <see cref="Assigned"/> is where each row was assigned by itself.</summary>
    public const string AssignedRows = "row";

    /// <summary>Different units of assignment kept for the sample-ratio test; of more, a random sample chosen by the hash of their ids. 16
    /// to 32 bytes each.</summary>
    public int MaxUnits { get; init; } = 1 << 18;

    /// <summary>P-values of the sample-ratio test below this are an alarm (Fabijan et al., KDD 2019).</summary>
    public double SampleRatioAlarm { get; init; } = 0.001;

    /// <summary>Variants with fewer values get a warning.</summary>
    public int FewRows { get; init; } = 10;

    /// <summary>Relative changes beyond this get a warning: "any figure that looks interesting is usually wrong" (Twyman's law).</summary>
    public double ImplausibleLift { get; init; } = 0.5;

    /// <summary>How decimals are written; null finds out.</summary>
    public DecimalMark? Decimals { get; init; }

    /// <summary>The column whose values are the units of analyses "by video".</summary>
    public string UnitColumn { get; init; } = "video_id";

    /// <summary>Threads that read; 0 for as many as there are processors. The result does not depend on it, so it is not
    /// recorded.</summary>
    [JsonIgnore]
    public int Threads { get; init; }

    /// <summary>Rows with a longer cell are rejected. (In bytes.)</summary>
    public int MaxCellLength { get; init; } = 10_000;

    /// <summary>How many rejected rows the result itself lists; all of them go into the file.</summary>
    public int RejectedShown { get; init; } = 20;

    internal string? PlannedUnit { get; init; }

    const int MostVariants = 64;

    /// <summary>Refuses values out of range, and names that contradict each other.</summary>
    /// <exception cref="UsageException">A value is out of range; the message names it.</exception>
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

    /// <summary>A variant's place among the variants, or −1.</summary>
    internal int Position(string variant)
    {
        for (int i = 0; i < Variants.Count; i++)
            if (Variants[i] == variant) return i;
        return -1;
    }
}

/// <summary>How decimals are written.</summary>
public enum DecimalMark
{
    /// <summary>0.05</summary>
    Point,

    /// <summary>0,05</summary>
    Comma,
}

/// <summary>A metric's covariate.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Column">A column of the same file, measured before the experiment.</param>
public sealed record Covariate(string Metric, string Column);

/// <summary>The largest difference that would not matter.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Value">Above 0.</param>
/// <param name="InBaselineSds">
/// The value counts in standard deviations of the baseline, not in the metric's units. A metric of numbers: of its rows. A ratio of counts:
/// of its units (videos), as
/// <see cref="Alignment.MLNet.Statistics.RatioMetric.Sd"/> has it; where trials count as independent, of one trial, √(p (1 − p)).
/// </param>
public sealed record Margin(string Metric, double Value, bool InBaselineSds = false)
{
    internal bool IsOf(string metric) => Metric.Equals(metric, StringComparison.OrdinalIgnoreCase);

    /// <summary>In the metric's units; 0 where it counts in standard deviations of a baseline that does not vary.</summary>
    internal double Width(Sample baseline) => Value * (InBaselineSds ? double.IsFinite(baseline.Sd) ? baseline.Sd : 0 : 1);
}

/// <summary>A ratio of two columns of counts.</summary>
/// <param name="Numerator">Column of the successes (clicks).</param>
/// <param name="Denominator">Column of the trials (impressions); in every row at least as many.</param>
public sealed record CountRatio(string Numerator, string Denominator)
{
    /// <summary>"clicks/impressions".</summary>
    public string Name => $"{Numerator}/{Denominator}";
}
