namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>A noise level of the exponential solvers (Lu et al. 2022): α² + σ² = 1, λ = ln(α/σ).</summary>
readonly record struct HalfLogSnr(double Alpha, double Sigma, double Lambda)
{
    /// <summary>Of the level σ/α; at 0, λ is infinite.</summary>
    public static HalfLogSnr Of(double level)
    {
        double alpha = 1 / Math.Sqrt(level * level + 1);
        return new(alpha, level * alpha, -Math.Log(level));
    }

    /// <summary>α x₀ + σ ε.</summary>
    public void AddNoise(ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into)
    {
        if (x0.Length != noise.Length || into.Length != x0.Length)
            throw new ArgumentException("Sample, noise and result must be of one length.");
        float a = (float)Alpha, s = (float)Sigma;
        for (int i = 0; i < into.Length; i++) into[i] = a * x0[i] + s * noise[i];
    }
}
