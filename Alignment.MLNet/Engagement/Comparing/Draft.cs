using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

/// <summary>What a sentence is about.</summary>
enum DraftKind
{
    Variant,
    Contrast,
    Trend,
    Equivalence,
    Dose,
}

/// <summary>A finding before its p-value is corrected: the family must be known first.</summary>
sealed class Draft
{
    public required string Id { get; init; }

    public required string Label { get; init; }

    /// <summary>What its family asks; the metric is put before it.</summary>
    public required string Question { get; init; }

    public required string Test { get; init; }

    public DraftKind Kind { get; init; }

    /// <summary>The first side, in words.</summary>
    public required string First { get; init; }

    /// <summary>The second side, in words.</summary>
    public required string Second { get; init; }

    /// <summary>Weights by variant, so that a plan's hypothesis can be found.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    public double? Estimate { get; set; }

    public double? StandardError { get; set; }

    public double? Statistic { get; set; }

    public double? Df { get; set; }

    public double? P { get; set; }

    public Interval? Interval { get; set; }

    /// <summary>The interval at another confidence.</summary>
    public Func<double, Interval?>? IntervalAt { get; set; }

    public double Margin { get; init; }

    /// <summary>Of the interval, where it is not the options'.</summary>
    public double? Level { get; set; }

    public string? Note { get; set; }

    public string? Hypothesis { get; set; }

    public bool Confirmatory { get; set; }

    /// <summary>Takes a t- or z-test's numbers.</summary>
    public void Take(double estimate, double error, double statistic, double? df, double p, double confidence)
    {
        Interval At(double level)
        {
            double half = error == 0 ? 0 : (df is { } d ? Tails.StudentQuantile(level, d) : Tails.NormalQuantile(level)) * error;
            return new(estimate - half, estimate + half);
        }
        (Estimate, StandardError, Statistic, Df, P) = (estimate, error, Finite(statistic), df, p);
        IntervalAt = level => At(level);
        Interval = At(confidence);
    }

    /// <summary>Takes an always-valid answer: right however often one looks.</summary>
    /// <param name="n">Rows (units) of all groups in it.</param>
    /// <param name="estimate">The estimate.</param>
    /// <param name="error">Its standard error.</param>
    /// <param name="options">As used.</param>
    public void TakeLooks(long n, double estimate, double error, AnalysisOptions options)
    {
        ConfidenceSequence Look(double alpha) => ConfidenceSequence.Of(n, estimate, error, alpha, options.SequentialTuning);
        ConfidenceSequence look = Look(1 - options.Confidence);
        Take(estimate, error, error > 0 ? estimate / error : 0, null, look.P, options.Confidence);
        Interval = look.Interval;
        IntervalAt = level => Look(1 - level).Interval;
    }

    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
