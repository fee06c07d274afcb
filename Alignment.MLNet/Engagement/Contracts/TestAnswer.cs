using System.Text.Json.Serialization;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Contracts;

// What a test says: t or z (null where infinite), df (null for the normal distribution), two-sided p.
sealed record TestAnswer(double Estimate, double StandardError, double? Statistic, double? Df, double P, Interval Interval)
{
    [JsonIgnore]
    public Func<double, Interval>? IntervalAt { get; init; }

    public static TestAnswer Of(double estimate, double error, double statistic, double? df, double p, double confidence)
    {
        Interval At(double level)
        {
            double half = error == 0 ? 0 : (df is { } d ? Tails.StudentQuantile(level, d) : Tails.NormalQuantile(level)) * error;
            return new(estimate - half, estimate + half);
        }
        return new(estimate, error, Finite(statistic), df, p, At(confidence)) { IntervalAt = At };
    }

    /// <summary>Always valid: right however often one looks at <paramref name="n"/> rows (units) of all groups.</summary>
    public static TestAnswer Looks(long n, double estimate, double error, AnalysisOptions options)
    {
        ConfidenceSequence Look(double level) => ConfidenceSequence.Of(n, estimate, error, 1 - level, options.SequentialTuning);
        ConfidenceSequence look = Look(options.Confidence);
        return Of(estimate, error, error > 0 ? estimate / error : 0, null, look.P, options.Confidence) with
        {
            Interval = look.Interval,
            IntervalAt = level => Look(level).Interval,
        };
    }

    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
