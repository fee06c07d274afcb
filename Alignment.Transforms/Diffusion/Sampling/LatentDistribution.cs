namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>The VAE encoder's output for a scene: an independent normal distribution for each latent value.</summary>
/// <param name="Mean">[4,h,w], not scaled.</param>
/// <param name="LogVariance">[4,h,w].</param>
sealed record LatentDistribution(ReadOnlyMemory<float> Mean, ReadOnlyMemory<float> LogVariance)
{
    /// <summary>z = scale · (mean + e^(logvar / 2) · noise), Rombach et al. 2022, as Stable Diffusion was trained.</summary>
    /// <param name="scale">The bundle's scaling factor.</param>
    /// <param name="noise">Standard normal, [4,h,w].</param>
    /// <param name="into">Receives z; may be <paramref name="noise"/>.</param>
    public void Sample(float scale, ReadOnlySpan<float> noise, Span<float> into)
    {
        ReadOnlySpan<float> mean = Mean.Span, logVariance = LogVariance.Span;
        for (int i = 0; i < into.Length; i++) into[i] = scale * (mean[i] + MathF.Exp(logVariance[i] / 2) * noise[i]);
    }
}
