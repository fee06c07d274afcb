namespace Alignment.Transforms.Attention;

// mean(M ⊙ A), the original's score, 0..1; Σ(M ⊙ A) / Σ A, 0 without attention; Σ(M ⊙ A); Σ A.
readonly record struct AttentionScore(double Alignment, double Share, double OnProduct, double Total)
{
    /// <summary>
    /// <paramref name="attention"/> and <paramref name="mask"/> (soft masks weigh) are in 0..1 and equally long, else <see
    /// cref="ArgumentException"/>.
    /// </summary>
    public static AttentionScore Of(ReadOnlySpan<float> attention, ReadOnlySpan<float> mask)
    {
        AttentionMaps.Check(attention, mask);
        double total = AttentionMaps.Sum(attention), on = AttentionMaps.Dot(attention, mask);
        return new(attention.Length == 0 ? 0 : on / attention.Length, total > 0 ? on / total : 0, on, total);
    }
}
