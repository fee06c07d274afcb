namespace Alignment.Transforms.Attention.Metrics;

/// <summary>
/// SIM: how far two maps, each made a density, overlap – the histogram intersection of Swain and Ballard (<i>IJCV</i> 7, 1991), used for
/// saliency by Judd, Durand and Torralba ("A benchmark of computational models of saliency to predict human fixations",
/// MIT-CSAIL-TR-2012-001).
/// <code>Σ min(density(p), density(t))</code>
/// </summary>
static class Similarity
{
    /// <summary>0 (nowhere both) to 1 (equal densities).</summary>
    /// <exception cref="ArgumentException">The maps differ in size, are empty, or a value is not finite.</exception>
    public static double Of(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target)
    {
        MapStatistics.Check(predicted, target);
        MapDensity p = new(predicted), t = new(target);
        double sum = 0;
        for (int i = 0; i < target.Length; i++) sum += Math.Min(p[i], t[i]);
        return Math.Min(sum, 1);   // rounding may pass it by a hair
    }
}
