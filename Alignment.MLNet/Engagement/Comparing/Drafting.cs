using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// From drafts to findings: families, corrected p-values, verdicts, sentences.
static class Drafting
{
    /// <summary>Corrects within each family and words every draft; in the order given. Pre-registered drafts of a metric are one family,
    /// whatever they ask.</summary>
    public static IReadOnlyDictionary<Draft, Finding> Settle(string metric, MetricDisplay display, IEnumerable<Draft?> found,
        MetricContext context)
    {
        Draft[] drafts = [.. found.OfType<Draft>()];
        AnalysisOptions options = context.Options;
        context.Plan?.Mark(metric, drafts);
        var made = new Dictionary<Draft, Finding>(ReferenceEqualityComparer.Instance as IEqualityComparer<Draft>);
        foreach (var family in drafts.GroupBy(d => d.Hypothesis is null ? d.Question : "pre-registered"))
        {
            List<Draft> members = [.. family];
            double?[] corrected = Multiplicity.Adjust([.. members.Select(m => m.Answer?.P)], options.Correction);
            int size = corrected.Count(p => p is not null);
            for (int i = 0; i < members.Count; i++) made[members[i]] = Settle(metric, display, members[i], family.Key, size, corrected[i],
                options);
        }
        return made;
    }

    static Finding Settle(string metric, MetricDisplay display, Draft d, string family, int size, double? corrected,
        AnalysisOptions options)
    {
        double alpha = 1 - options.Confidence;
        // The false discovery rate has no simultaneous intervals of this kind.
        bool simultaneous = size > 1 && options.Correction is MultiplicityMethod.Holm or MultiplicityMethod.Bonferroni
            && d.Kind != DraftKind.Equivalence;
        Verdict verdict = corrected is not { } p ? Verdict.None
            : p > alpha ? Verdict.NotShown
            : d.Kind == DraftKind.Equivalence ? Verdict.Equivalent
            : d.Answer?.Estimate > 0 ? Verdict.Raised : d.Answer?.Estimate < 0 ? Verdict.Lowered : Verdict.NotShown;
        string correction = size > 1 ? Text.Correction(options.Correction) : "none";
        return new()
        {
            Id = d.Id,
            Label = d.Label,
            Family = $"{metric}: {family}",
            FamilySize = size,
            Test = d.Test,
            Estimate = d.Answer?.Estimate,
            StandardError = d.Answer?.StandardError,
            Statistic = d.Answer?.Statistic,
            Df = d.Answer?.Df,
            P = d.Answer?.P,
            CorrectedP = corrected,
            Correction = correction,
            Interval = d.Answer?.Interval,
            Simultaneous = simultaneous ? d.Answer?.IntervalAt?.Invoke(1 - alpha / size) : null,
            Confirmatory = d.Confirmatory,
            Hypothesis = d.Hypothesis,
            Verdict = verdict,
            Sentence = Sentence(metric, display, d, corrected, correction, verdict, options),
            Note = d.Note,
        };
    }

    static string Sentence(string metricName, MetricDisplay display, Draft d, double? corrected, string correction, Verdict verdict,
        AnalysisOptions options)
    {
        string metric = Text.Metric(metricName);
        if (corrected is not { } p || d.Answer is not { Estimate: var estimate, Interval: var interval })
            return $"{Text.Capitalize(d.First)} against {d.Second}, {metric}: not computable{(d.Note is null ? "" : $" ({d.Note})")}.";
        double half = display.Factor * (interval.High - interval.Low) / 2;
        string unit = display.Unit.Length == 0 ? "" : " " + display.Unit;
        string size = Text.Number(display.Factor * Math.Abs(estimate), half) + unit,
            signed = Text.Number(display.Factor * estimate, half, sign: true) + unit;
        string level = Text.Percent(d.Level ?? options.Confidence);
        string ci = $"{level} CI {(verdict == Verdict.Lowered ? "of the difference " : "")}{Text.Range(interval, display.Factor, half)}, ";
        string because =
            $"{ci}{(correction == "none" ? "" : correction + " ")}{(d.Kind == DraftKind.Equivalence ? "TOST " : "")}p {Text.P(p)}";
        string first = Text.Capitalize(d.First), second = d.Second;
        bool raised = verdict == Verdict.Raised, shown = raised || verdict == Verdict.Lowered;
        return d.Kind switch
        {
            DraftKind.Equivalence => $"{first} {(verdict == Verdict.Equivalent ? "is" : "was not shown to be")} equivalent to {second} in "
                + $"{metric} within ±{Text.Number(display.Factor * d.Margin, 0)}{unit} ({signed}, {because}).",
            DraftKind.Trend => shown ? $"{metric} {(raised ? "rises" : "falls")} by {size} {second} ({because})."
                : $"No trend of {metric} {second} was shown ({signed}, {because}).",
            DraftKind.Dose => shown ? $"{metric} {(raised ? "rises" : "falls")} with the dose, by {size} {second} ({because})."
                : $"No relation of {metric} to the dose was shown ({signed} {second}, {because}).",
            DraftKind.Contrast => shown
                ? $"{first} had a {(raised ? "higher" : "lower")} {metric} than {second}, by {size} ({because})."
                : $"{first} against {second}: no difference in {metric} was shown ({signed}, {because}).",
            _ => shown ? $"{first} {(raised ? "raised" : "lowered")} {metric} by {size} ({because})."
                : $"{first}: no difference in {metric} was shown ({signed}, {because}).",
        };
    }
}
