using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

/// <summary>Whether the placebo is equivalent to the baseline: two one-sided tests (TOST; Schuirmann, <i>Journal of Pharmacokinetics and
/// Biopharmaceutics</i> 15, 1987) against the metric's margin.</summary>
static class PlaceboDraft
{
    public static Draft Of(string metric, VariantTests placebo, Margin margin, AnalysisOptions options) =>
        Of(metric, margin, placebo.Baseline, "two one-sided Welch tests (TOST)", placebo.Welch is { } welch
        ? new(placebo.Sample.Mean - placebo.Baseline.Mean, welch.StandardError, placebo.Sample.N + placebo.Baseline.N, welch.Df) : null,
        placebo.Draft.Note, options);

    public static Draft Of(string metric, Margin margin, Sample baseline, string test, TestedDifference? difference, string? whyNot,
        AnalysisOptions options)
    {
        double width = margin.Width(baseline);
        var draft = new Draft
        {
            Id = $"{metric}/{options.Placebo}~{options.Baseline}",
            Label = $"{Text.Name(options.Placebo)} equivalent to {Text.Name(options.Baseline)}",
            Question = "placebo equivalent to baseline",
            Test = options.AnswersByLooks ? "confidence sequence within the margin" : test,
            Kind = DraftKind.Equivalence,
            First = Text.Name(options.Placebo),
            Second = Text.Name(options.Baseline),
            Margin = width,
        };
        if (difference is not { StandardError: > 0 } tested) draft.Note = whyNot ?? "neither of the two varies";
        else if (!(width > 0)) draft.Note = "the margin is 0, because the baseline does not vary";
        else if (options.AnswersByLooks)
        {
            // Equivalent when neither margin is in the interval of 1 − α, at whatever look: the p-values of the two ends.
            double At(double end) => ConfidenceSequence.Of(tested.N, tested.Estimate - end, tested.StandardError, 1 - options.Confidence,
                options.SequentialTuning).P;
            draft.Answer = TestAnswer.Looks(tested.N, tested.Estimate, tested.StandardError, options) with
            {
                P = Math.Abs(tested.Estimate) < width ? Math.Max(At(width), At(-width)) : 1,
                Statistic = Math.Min(width + tested.Estimate, width - tested.Estimate) / tested.StandardError,
            };
        }
        else
        {
            double t = Math.Min(width + tested.Estimate, width - tested.Estimate) / tested.StandardError,
                p = tested.Df is { } df ? Tails.StudentUpper(t, df) : Tails.NormalUpper(t);
            // The interval that lies within the margins exactly when the test says so: 1 − 2α.
            draft.Level = 1 - 2 * (1 - options.Confidence);
            draft.Answer = TestAnswer.Of(tested.Estimate, tested.StandardError, t, tested.Df, p, draft.Level.Value);
        }
        return draft;
    }
}

// A difference with its error, of so many rows (units) of both; without degrees of freedom it is normal.
readonly record struct TestedDifference(double Estimate, double StandardError, long N, double? Df = null);
