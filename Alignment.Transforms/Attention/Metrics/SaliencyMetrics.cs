namespace Alignment.Transforms.Attention.Metrics;

/// <summary>One measure of how well a predicted map agrees with a target map. NaN where it does not exist: with a constant target there is
/// no correlation, and no peak to look at.</summary>
/// <param name="Name">In columns and files.</param>
/// <param name="Title">In tables.</param>
/// <param name="Label">In sentences.</param>
/// <param name="Range">Values and unit.</param>
/// <param name="HigherIsBetter">False where 0 is best.</param>
/// <param name="AtPeak">Whether it looks at the target's <see cref="PeakPixels"/>, which stand for fixations.</param>
/// <param name="Of">Of the predicted map, the target and the target's peak.</param>
sealed record SaliencyMetric(string Name, string Title, string Label, string Range, bool HigherIsBetter, bool AtPeak,
    MetricFunction Of);

delegate double MetricFunction(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target, ReadOnlySpan<int> peak);

// The metrics: columns, tables and files have them in this order.
static class SaliencyMetrics
{
    public static IReadOnlyList<SaliencyMetric> All { get; } =
    [
        new("cc", "CC", "CC", "−1..1", HigherIsBetter: true, AtPeak: false, (p, t, _) => CorrelationCoefficient.Of(p, t)),
        new("sim", "SIM", "SIM", "0..1", HigherIsBetter: true, AtPeak: false, (p, t, _) => Similarity.Of(p, t)),
        new("kl", "KL", "KL", "0 or more, nats", HigherIsBetter: false, AtPeak: false, (p, t, _) => KullbackLeibler.Of(p, t)),
        new("nss", "NSS", "NSS", "standard deviations", HigherIsBetter: true, AtPeak: true,
            (p, _, peak) => NormalizedScanpathSaliency.Of(p, peak)),
        new("auc_judd", "AUC", "AUC-Judd", "0..1, 0.5 is chance", HigherIsBetter: true, AtPeak: true,
            (p, _, peak) => AreaUnderCurve.Judd(p, peak)),
    ];

    // "CC, SIM and KL".
    public static string List(Func<SaliencyMetric, string> word, Func<SaliencyMetric, bool>? which = null)
    {
        string[] words = [.. All.Where(which ?? (_ => true)).Select(word)];
        return words.Length < 2 ? string.Concat(words) : $"{string.Join(", ", words[..^1])} and {words[^1]}";
    }

    /// <summary>Every metric of two maps of one size.</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="target">[H,W], as long.</param>
    /// <param name="fixationFraction">The part of the target's pixels, the highest, that stand for fixations.</param>
    /// <exception cref="ArgumentException">The maps differ in size, are empty, a value is not finite, or the fraction is out of
    /// range.</exception>
    public static double[] Of(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target,
        double fixationFraction = PeakPixels.DefaultFraction)
    {
        int[] peak = PeakPixels.Of(target, fixationFraction);
        double[] values = new double[All.Count];
        for (int i = 0; i < values.Length; i++) values[i] = All[i].Of(predicted, target, peak);
        return values;
    }
}
