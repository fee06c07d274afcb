namespace Alignment.Transforms.Diffusion.Schedulers;

// A noise level of the exponential solvers (Lu et al. 2022): α² + σ² = 1, λ = ln(α/σ).
readonly record struct HalfLogSnr(double Alpha, double Sigma, double Lambda)
{
    // Of the level σ/α; at 0, λ is infinite.
    public static HalfLogSnr Of(double level)
    {
        double alpha = 1 / Math.Sqrt(level * level + 1);
        return new(alpha, level * alpha, -Math.Log(level));
    }

    // α x₀ + σ ε.
    public void AddNoise(ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into)
    {
        if (x0.Length != noise.Length || into.Length != x0.Length)
            throw new ArgumentException("Sample, noise and result must be of one length.");
        float a = (float)Alpha, s = (float)Sigma;
        for (int i = 0; i < into.Length; i++) into[i] = a * x0[i] + s * noise[i];
    }
}
