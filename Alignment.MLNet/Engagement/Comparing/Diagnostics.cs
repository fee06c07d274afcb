using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement.Comparing;

// What a reader must know before any number.
static class Diagnostics
{
    const double Imbalance = 0.001;

    public static IReadOnlyList<AnalysisWarning> Of(EngagementSums sums, ReadingFacts facts, SampleRatio? ratio,
        IReadOnlyList<MetricAnalysis> metrics, MetricContext context)
    {
        AnalysisOptions options = context.Options;
        List<AnalysisWarning> warnings = [];
        void Say(WarningLevel level, string code, string message, string? metric = null, string? variant = null) =>
            warnings.Add(new(level, code, message, metric, variant));

        if (facts.Simulated) Say(WarningLevel.Alarm, "simulated",
            "These data are SIMULATED: the file says so. Nothing here was measured of viewers.");
        if (ratio is { Mismatch: true }) Say(WarningLevel.Alarm, "sample_ratio_mismatch", ratio.Sentence);
        warnings.AddRange(AssignedUnits.Warnings(sums, facts, ratio, options, TwoSampleTests.Of(options.Test).Title));
        if (facts.Rejected > 0)
            Say(facts.Rejected > 0.01 * facts.Rows ? WarningLevel.Warning : WarningLevel.Note, "rows_rejected",
                $"{Text.Count(facts.Rejected)} of {Text.Count(facts.Rows)} rows were not used; {AnalysisFiles.Rejected} says why.");
        foreach (var (name, count) in facts.UnknownVariants)
            Say(WarningLevel.Warning, "unknown_variant", $"'{SafePath.Shorten(name, 60)}' ({Text.Count(count)} "
                + $"row{(count == 1 ? "" : "s")}) is no variant; the nearest is '{NearestName.Of(name, options.Variants)}'. Correct the "
                + $"data, or name the variants in the options.");
        if (facts.MoreUnknownVariants) Say(WarningLevel.Warning, "unknown_variant", "There are more unknown variants than are listed.");
        foreach (var (variant, v) in options.Variants.Select((variant, v) => (variant, v)))
            if (sums.Rows(v) == 0) Say(variant == options.Baseline ? WarningLevel.Alarm : WarningLevel.Warning,
                Comparability.VariantMissing, variant == options.Baseline
                ? $"The data have no row of the baseline '{variant}': no comparison, contrast, placebo test or dose–response could be "
                    + $"computed; sizes and means are all there is. If it is called otherwise, correct the data or name it in the "
                    + $"options." : $"The data have no row of {Text.Name(variant)}.", null, variant);
        var notes = metrics.Select(m => m.Note ?? m.Comparisons.Select(c => c.Note).FirstOrDefault(n => n is not null));
        if (sums.Rows(options.Position(options.Baseline)) > 0 && !Comparability.Holds(metrics))
            Say(WarningLevel.Alarm, Comparability.NothingCompared,
                $"{Comparability.NoComparison} {notes.FirstOrDefault(n => n is not null)}".TrimEnd());
        foreach (string column in facts.EmptyColumns)
            Say(WarningLevel.Warning, "metric_all_missing", $"The column '{SafePath.Shorten(column, 60)}' is empty in every row.", column);
        Duplicates(facts, metrics, sums, Say);
        Balance(sums, options, Say);
        foreach (Margin m in options.Margins.Where(m => !metrics.Any(x => m.IsOf(x.Metric))))
            Say(WarningLevel.Warning, "margin_unused", $"The margin of '{SafePath.Shorten(m.Metric, 60)}' belongs to no metric of these "
                + $"data; the nearest is '{SafePath.Shorten(NearestName.Of(m.Metric, [.. metrics.Select(x => x.Metric)]), 60)}'.",
                m.Metric);
        foreach (string note in context.Dose?.Notes ?? []) Say(WarningLevel.Note, "dose_table", note);
        if (context.Plan is null) Say(WarningLevel.Note, "no_plan",
            "No plan was given, so nothing here was pre-registered: every comparison is exploratory, corrected within its family.");
        else warnings.AddRange(context.Plan.Warnings(metrics, sums, options));
        return [.. warnings.OrderByDescending(w => w.Level)];
    }

    static void Duplicates(ReadingFacts facts, IReadOnlyList<MetricAnalysis> metrics, EngagementSums sums,
        Action<WarningLevel, string, string, string?, string?> say)
    {
        if (!(facts.Duplicates >= 1)) return;
        string number = facts.DuplicatesExact ? Text.Count(facts.Duplicates)
            : $"about {Text.Count(facts.Duplicates)} (estimated from a share of the rows)";
        bool counting = Enumerable.Range(0, sums.Plan.Metrics.Count).All(m => !sums.Fractional(m)) && !facts.HasIds;
        if (counting) say(WarningLevel.Note, "duplicates", $"{number} rows are the same as another one. All values are whole numbers and "
            + $"rows have no id of their own, so this may be right (impressions with equal outcomes).", null, null);
        else say(WarningLevel.Warning, "duplicates", $"{number} rows are the same as another one, every cell. Was the export joined or "
            + $"appended twice? They were used; if they are copies, the p-values are too small.", null, null);
    }

    static void Balance(EngagementSums sums, AnalysisOptions options, Action<WarningLevel, string, string, string?, string?> say)
    {
        foreach (int field in sums.Plan.BalanceChecked)
        {
            Sample[] groups = [.. options.Variants.Select((_, v) => sums.Sample(v, field)).Where(s => s.N > 1)];
            if (groups.Length < 2) continue;
            string column = sums.Plan.Fields[field];
            try
            {
                OneWayAnova test = OneWayAnova.Of(groups);
                if (test.P < Imbalance) say(WarningLevel.Alarm, "covariate_imbalance", $"{Text.Metric(column)}, measured before the "
                    + $"experiment, differs between the variants (ANOVA p {Text.P(test.P)}). Assignment was not random, or rows were "
                    + $"lost by variant.", column, null);
            }
            catch (BadDataException)
            {
                // Not finite: the covariate's own analyses say so.
            }
        }
    }
}
