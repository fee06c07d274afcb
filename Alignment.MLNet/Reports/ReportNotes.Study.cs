using Alignment.MLNet.Dose;
using Alignment.MLNet.Engagement.Contracts;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

// What limits the analysis of engagement and the dose.
static partial class ReportNotes
{
    // More than this are left to their sections.
    const int MostOfAMetric = 12;

    static readonly Dictionary<string, string> s_titles = new(StringComparer.Ordinal)
    {
        ["simulated"] = "The engagement is simulated",
        ["sample_ratio_mismatch"] = "Sample-ratio mismatch: no comparison can be trusted",
        ["covariate_imbalance"] = "The variants differed before the experiment",
        ["placebo_differs"] = "The placebo differs from the baseline",
        ["plan_changed"] = "The plan was changed",
        ["few_clusters"] = "Few videos",
        ["few_rows"] = "Few values",
        ["rows_dependent"] = "Rows depend on each other",
        ["sensitivity_disagrees"] = "The answer depends on the assumptions",
        ["implausible_lift"] = "An implausibly large change",
        ["no_plan"] = "Nothing was pre-registered",
        ["no_margin"] = "Whether the placebo is equivalent is not tested",
        ["rows_rejected"] = "Rows were not used",
        ["duplicates"] = "Rows that are the same",
        ["nothing_compared"] = "Nothing could be compared",
        ["variant_missing"] = "A variant is missing",
        ["zero_variance"] = "Values that do not vary",
    };

    static IEnumerable<ReportNote> Study(RunRecords run)
    {
        if (run.Analysis is not { } a) yield break;
        foreach (AnalysisWarning w in a.Warnings) yield return Of(w.Level, w.Code, w.Message);
        // Notes on a single metric stand with it; what limits or spoils its numbers stands here too.
        AnalysisWarning[] serious = [.. a.Metrics.SelectMany(m => m.Warnings).Where(w => w.Level != WarningLevel.Note)
            .OrderByDescending(w => w.Level)];
        foreach (var same in serious.Take(MostOfAMetric).GroupBy(w => (w.Level, w.Code)))
            yield return Of(same.Key.Level, same.Key.Code, string.Join('\n', same.Select(w => w.Message)));
        if (serious.Length > MostOfAMetric) yield return new(NoteLevel.Warning,
            $"{N(serious.Length - MostOfAMetric)} more warnings about single metrics", "They stand with their metrics.");
        foreach (MetricAnalysis m in a.Metrics)
            if (m.Placebo is { Verdict: not Verdict.Equivalent } placebo)
                yield return new(NoteLevel.Warning,
                    $"{SafePath.Shorten(m.Metric, 60)}: the placebo is not shown to be equivalent to the baseline", placebo.Sentence);
    }

    static ReportNote Of(WarningLevel level, string code, string message) =>
        new(level switch { WarningLevel.Alarm => NoteLevel.Alarm, WarningLevel.Warning => NoteLevel.Warning, _ => NoteLevel.Note },
        s_titles.TryGetValue(code, out string? title) ? title : Text.Capitalize(SafePath.Shorten(code, 60).Replace('_', ' ')), message);

    static IEnumerable<ReportNote> Doses(RunRecords run)
    {
        if (run.Dose is not { } dose) yield break;
        yield return new(NoteLevel.Warning, "The dose is predicted, not measured", dose.Note);
        foreach (string warning in dose.Warnings.Take(MostOfAMetric)) yield return new(NoteLevel.Warning, "Of the dose", warning);
        foreach (ReportNote weak in Weak(dose)) yield return weak;
        foreach (VariantDose v in dose.Variants)
        {
            string by = $" (by {SafePath.Shorten(v.Predictor, 60)})";
            if (v.Placebo is { Verdict: not DoseVerdict.Shown } placebo)
                yield return new(placebo.Verdict == DoseVerdict.Contradicted ? NoteLevel.Alarm : NoteLevel.Warning,
                    (placebo.Verdict == DoseVerdict.Contradicted ? "The placebo moves attention on the product"
                    : "The placebo is not shown to leave attention alone") + by, placebo.Sentence);
            if (v.Manipulation is { Verdict: DoseVerdict.Contradicted } wrong)
                yield return new(NoteLevel.Alarm, $"{Text.Capitalize(Label(v.Variant))} moved attention the wrong way{by}",
                    wrong.Sentence);
            if (v.Window is { Verdict: DoseVerdict.Contradicted } outside)
                yield return new(NoteLevel.Alarm, $"{Text.Capitalize(Label(v.Variant))} acts outside its window{by}",
                    outside.Sentence);
        }
    }

    static IEnumerable<ReportNote> Weak(DoseReport dose) =>
        from v in dose.Variants
        where v.Manipulation is { Verdict: DoseVerdict.NotShown or DoseVerdict.CannotTell }
        group v by v.Predictor into same
        select new ReportNote(NoteLevel.Warning, $"Not shown to move attention: "
            + $"{string.Join(", ", same.Select(v => Label(v.Variant)))} (by {SafePath.Shorten(same.Key, 60)})",
            string.Join('\n', same.Select(v => v.Manipulation!.Sentence)));
}
