namespace Alignment.Transforms.Attention.Metrics;

/// <summary>How well a predicted map agrees with a target map, by the five measures of the field. NaN where a measure does not exist: with
/// a constant target there is no correlation, and no peak to look at.</summary>
/// <param name="Cc"><see cref="CorrelationCoefficient"/>.</param>
/// <param name="Sim"><see cref="Similarity"/>.</param>
/// <param name="Kl"><see cref="KullbackLeibler"/>, the target being the truth.</param>
/// <param name="Nss"><see cref="NormalizedScanpathSaliency"/> at the target's <see cref="PeakPixels"/>.</param>
/// <param name="AucJudd"><see cref="AreaUnderCurve.Judd"/> at the same pixels.</param>
public readonly record struct SaliencyMetrics(double Cc, double Sim, double Kl, double Nss, double AucJudd)
{
    /// <summary>Compares two maps of one size.</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="target">[H,W], as long.</param>
    /// <param name="fixatedPart">The part of the target's pixels, the highest, that stand for fixations.</param>
    /// <exception cref="ArgumentException">The maps differ in size, are empty, a value is not finite, or the part is out of
    /// range.</exception>
    public static SaliencyMetrics Of(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target,
        double fixatedPart = PeakPixels.DefaultFraction) =>
        Of(predicted, target, PeakPixels.Of(target, fixatedPart));

    /// <summary>Compares two maps of one size, with fixations that are known.</summary>
    /// <param name="predicted">[H,W], any finite values.</param>
    /// <param name="target">[H,W], as long.</param>
    /// <param name="fixations">Pixels y · W + x; one that occurs twice counts twice.</param>
    /// <exception cref="ArgumentException">The maps differ in size, are empty, a value is not finite, or a fixation lies
    /// outside.</exception>
    public static SaliencyMetrics Of(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target, ReadOnlySpan<int> fixations) => new(
        CorrelationCoefficient.Of(predicted, target),
        Similarity.Of(predicted, target),
        KullbackLeibler.Of(predicted, target),
        NormalizedScanpathSaliency.Of(predicted, fixations),
        AreaUnderCurve.Judd(predicted, fixations));
}
