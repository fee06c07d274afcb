using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

/// <summary>Whether the placebo is equivalent to the baseline: two one-sided tests (TOST; Schuirmann, <i>Journal of Pharmacokinetics and
/// Biopharmaceutics</i> 15, 1987) against the metric's margin.</summary>
static class PlaceboDraft
{
    /// <summary>Of a metric of numbers: Welch's error and degrees of freedom.</summary>
    public static Draft Of(string metric, VariantTests placebo, Margin margin, AnalysisOptions options) =>
        Of(metric, margin, placebo.Baseline, "two one-sided Welch tests (TOST)", placebo.Welch is { } welch
        ? new(placebo.Sample.Mean - placebo.Baseline.Mean, welch.StandardError, placebo.Sample.N + placebo.Baseline.N, welch.Df) : null,
        placebo.Draft.Note, options);

    /// <summary>Of any difference placebo − baseline with a t- or z-test.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="margin">The largest difference that would not matter.</param>
    /// <param name="baseline">Its standard deviation is a margin's unit.</param>
    /// <param name="test">In words.</param>
    /// <param name="difference">As tested; null where it cannot be.</param>
    /// <param name="whyNot">Then why.</param>
    /// <param name="options">As used.</param>
    public static Draft Of(string metric, Margin margin, Sample baseline, string test, TestedDifference? difference, string? whyNot,
        AnalysisOptions options)
    {
        double width = margin.Width(baseline);
        var draft = new Draft
        {
            Id = $"{metric}/{options.Placebo}~{options.Baseline}",
            Label = $"{Text.Name(options.Placebo)} equivalent to {Text.Name(options.Baseline)}",
            Question = "placebo equivalent to baseline",
            Test = options.Test == PrimaryTest.Sequential ? "confidence sequence within the margin" : test,
            Kind = DraftKind.Equivalence,
            First = Text.Name(options.Placebo),
            Second = Text.Name(options.Baseline),
            Margin = width,
        };
        if (difference is not { StandardError: > 0 } tested) draft.Note = whyNot ?? "neither of the two varies";
        else if (!(width > 0)) draft.Note = "the margin is 0, because the baseline does not vary";
        else if (options.Test == PrimaryTest.Sequential)
        {
            // Equivalent when neither margin is in the interval of 1 − α, at whatever look: the p-values of the two ends.
            double At(double end) => ConfidenceSequence.Of(tested.N, tested.Estimate - end, tested.StandardError, 1 - options.Confidence,
                options.SequentialTuning).P;
            draft.TakeLooks(tested.N, tested.Estimate, tested.StandardError, options);
            draft.P = Math.Abs(tested.Estimate) < width ? Math.Max(At(width), At(-width)) : 1;
            draft.Statistic = Math.Min(width + tested.Estimate, width - tested.Estimate) / tested.StandardError;
        }
        else
        {
            double t = Math.Min(width + tested.Estimate, width - tested.Estimate) / tested.StandardError,
                p = tested.Df is { } df ? Tails.StudentUpper(t, df) : Tails.NormalUpper(t);
            // The interval that lies within the margins exactly when the test says so: 1 − 2α.
            draft.Take(tested.Estimate, tested.StandardError, t, tested.Df, p, 1 - 2 * (1 - options.Confidence));
            draft.Level = 1 - 2 * (1 - options.Confidence);
        }
        return draft;
    }
}

/// <summary>A difference with its error, of so many rows (units) of both; without degrees of freedom it is normal.</summary>
readonly record struct TestedDifference(double Estimate, double StandardError, long N, double? Df = null);
