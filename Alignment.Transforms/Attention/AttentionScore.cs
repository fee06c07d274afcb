namespace Alignment.Transforms.Attention;

/// <summary>How much of a scene's attention the product gets.</summary>
/// <param name="Alignment">mean(M ⊙ A), the seed's alignment score, 0..1.</param>
/// <param name="Share">Σ(M ⊙ A) / Σ A, the proportion of attention on the product, 0..1; 0 where there is no attention at all.</param>
/// <param name="OnProduct">Σ(M ⊙ A).</param>
/// <param name="Total">Σ A.</param>
public readonly record struct AttentionScore(double Alignment, double Share, double OnProduct, double Total)
{
    /// <summary>Scores one scene.</summary>
    /// <param name="attention">A, in 0..1, any number of pixels.</param>
    /// <param name="mask">M, in 0..1 (soft masks weigh), as long as <paramref name="attention"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a value is not in 0..1.</exception>
    public static AttentionScore Of(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask)
    {
        AttentionMaps.Check(attention, mask);
        double total = AttentionMaps.Sum(attention), on = AttentionMaps.Dot(attention, mask);
        return new(attention.Length == 0 ? 0 : on / attention.Length, total > 0 ? on / total : 0, on, total);
    }
}
