namespace Alignment.Transforms.Diffusion.Sampling;

// The VAE encoder's output: an independent normal distribution for each latent value, [4,h,w], not scaled.
sealed record LatentDistribution(ReadOnlyMemory<float> Mean, ReadOnlyMemory<float> LogVariance)
{
    /// <summary>
    /// z = scale · (mean + e^(logvar / 2) · noise), Rombach et al. 2022. <paramref name="into"/> may be <paramref name="noise"/>.
    /// </summary>
    public void Sample(float scale, ReadOnlySpan<float> noise, Span<float> into)
    {
        ReadOnlySpan<float> mean = Mean.Span, logVariance = LogVariance.Span;
        for (int i = 0; i < into.Length; i++) into[i] = scale * (mean[i] + MathF.Exp(logVariance[i] / 2) * noise[i]);
    }
}
