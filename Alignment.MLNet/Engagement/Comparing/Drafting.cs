using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

/// <summary>From drafts to findings: families, corrected p-values, verdicts, sentences.</summary>
static class Drafting
{
    /// <summary>Corrects within each family and words every draft; in the order given. Pre-registered drafts of a metric are one family,
    /// whatever they ask.</summary>
    public static IReadOnlyDictionary<Draft, Finding> Settle(string metric, MetricDisplay display, IReadOnlyList<Draft> drafts,
        AnalysisOptions options)
    {
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
        return d.Kind switch
        {
            DraftKind.Equivalence => verdict == Verdict.Equivalent
                ? $"{Text.Capitalize(d.First)} is equivalent to {d.Second} in {metric} within "
                    + $"±{Text.Number(display.Factor * d.Margin, 0)}{unit} ({signed}, {because})."
                : $"{Text.Capitalize(d.First)} was not shown to be equivalent to {d.Second} in {metric} within "
                    + $"±{Text.Number(display.Factor * d.Margin, 0)}{unit} ({signed}, {because}).",
            DraftKind.Trend => verdict switch
            {
                Verdict.Raised => $"{metric} rises by {size} {d.Second} ({because}).",
                Verdict.Lowered => $"{metric} falls by {size} {d.Second} ({because}).",
                _ => $"No trend of {metric} {d.Second} was shown ({signed}, {because}).",
            },
            DraftKind.Dose => verdict switch
            {
                Verdict.Raised => $"{metric} rises with the dose, by {size} {d.Second} ({because}).",
                Verdict.Lowered => $"{metric} falls with the dose, by {size} {d.Second} ({because}).",
                _ => $"No relation of {metric} to the dose was shown ({signed} {d.Second}, {because}).",
            },
            DraftKind.Contrast => verdict switch
            {
                Verdict.Raised => $"{Text.Capitalize(d.First)} had a higher {metric} than {d.Second}, by {size} ({because}).",
                Verdict.Lowered => $"{Text.Capitalize(d.First)} had a lower {metric} than {d.Second}, by {size} ({because}).",
                _ => $"{Text.Capitalize(d.First)} against {d.Second}: no difference in {metric} was shown ({signed}, {because}).",
            },
            _ => verdict switch
            {
                Verdict.Raised => $"{Text.Capitalize(d.First)} raised {metric} by {size} ({because}).",
                Verdict.Lowered => $"{Text.Capitalize(d.First)} lowered {metric} by {size} ({because}).",
                _ => $"{Text.Capitalize(d.First)}: no difference in {metric} was shown ({signed}, {because}).",
            },
        };
    }
}
