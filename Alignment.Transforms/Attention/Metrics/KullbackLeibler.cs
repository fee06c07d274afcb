namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// KL: the Kullback–Leibler divergence of the prediction from the target, the target being the truth (Kullback and Leibler, <i>Ann. Math.
/// Statist.</i> 22, 1951), in the form of the MIT saliency benchmark (Bylinskii et al., <i>IEEE TPAMI</i> 41, 2019, section 4.2), which
/// keeps it finite where a density is 0:
/// <code>Σ q ln(ε + q / (r + ε)),  q = density(t), r = density(p), ε = 2.2204e-16</code>
/// </summary>
static class KullbackLeibler
{
    /// <summary>Nats; 0 for equal densities (up to rounding, also below), larger the more attention the prediction misses. Not
    /// symmetric.</summary>
    /// <exception cref="ArgumentException">The maps differ in size, are empty, or a value is not finite.</exception>
    public static double Of(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target)
    {
        MapStatistics.Check(predicted, target);
        MapDensity predictedDensity = new(predicted), targetDensity = new(target);
        double sum = 0;
        for (int i = 0; i < target.Length; i++)
        {
            double q = targetDensity[i];
            sum += q * Math.Log(MapStatistics.Epsilon + q / (predictedDensity[i] + MapStatistics.Epsilon));
        }
        return sum;
    }
}
