using Alignment.Transforms.Attention.Metrics;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.MLNet.Dose;

/// <summary>How a run's dose is measured.</summary>
public sealed record DoseOptions
{
    /// <summary>
    /// The predictors, the one to quote first. The default are two that have nothing in common but that they predict from the picture alone
    /// (docs/held-out.md): if they agree, it is not the habit of one of them.
    /// </summary>
    public IReadOnlyList<AttentionPredictorOptions> Predictors { get; init; } = [new(), new() { Predictor = "fine_grained.smoothed" }];

    /// <summary>
    /// The largest difference of attention shares that would not matter in a placebo, 0..1. The default, one hundredth of the attention, is
    /// a ninth of what a full boost asks for on the held-out drawings (0.09) and less than the least that it got there by any predictor
    /// (0.013): docs/dose.md argues it. State your own before you look.
    /// </summary>
    public double Margin { get; init; } = 0.01;

    /// <summary>Of the intervals, 0..1.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Level of each of the placebo's two one-sided tests (Schuirmann 1987): 0.05 goes with a 90 % interval within the
    /// margin.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>The part of a target map's pixels, the highest, that stand for fixations in NSS and AUC, above 0 and at most 1.</summary>
    public double FixationFraction { get; init; } = PeakPixels.DefaultFraction;

    /// <summary>The bundle whose LPIPS compares the baseline's edits with the stills; null, or one without it: none.</summary>
    public string? Model { get; init; }

    /// <summary>Draws the plots.</summary>
    public bool Plots { get; init; } = true;

    // The metrics that read peak pixels, for help texts: "NSS and AUC".
    internal static string PeakMetrics => SaliencyMetrics.List(m => m.Title, m => m.AtPeak);

    /// <exception cref="UsageException">A value is out of range, or a predictor's name is unknown or given twice.</exception>
    public void Check()
    {
        this.Require("none", Predictors.Count > 0, string.Join(", ", AttentionPredictorOptions.Names), "Give at least one.",
            nameof(Predictors));
        foreach (AttentionPredictorOptions predictor in Predictors) predictor.Check();
        string? twice = Predictors.GroupBy(p => p).FirstOrDefault(g => g.Count() > 1)?.Key.Predictor;
        this.Require($"'{SafePath.Shorten(twice ?? "")}' twice", twice is null, "each predictor once", "Leave one out.",
            nameof(Predictors));
        this.Require(Margin, Margin is > 0 and < 1, "a number above 0 and below 1", "0.01 is the default: one hundredth of the attention.");
        this.Require(Confidence, Confidence is > 0 and < 1, "a number above 0 and below 1", "0.95 is the default.");
        this.Require(Alpha, Alpha is > 0 and < 0.5, "above 0 and below 0.5", "0.05 is the default.");
        this.Require(FixationFraction, FixationFraction is > 0 and <= 1, "above 0 and at most 1",
            $"{PeakPixels.DefaultFraction} is the default.");
    }
}
