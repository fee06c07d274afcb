namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// x₀ or ε from a model's output: <c>OfSample · x + OfOutput · output</c>. With x = signal · x₀ + spread · ε, signal² + spread² = 1, as in
/// Salimans and Ho 2022, appendix D.
/// </summary>
readonly record struct Prediction(double OfSample, double OfOutput)
{
    // The clean sample.
    public static Prediction X0(PredictionType type, double signal, double spread) => type switch
    {
        PredictionType.Epsilon => new(1 / signal, -spread / signal),
        PredictionType.VPrediction => new(signal, -spread),
        _ => new(0, 1),
    };

    public static Prediction Epsilon(PredictionType type, double signal, double spread) => type switch
    {
        PredictionType.Epsilon => new(0, 1),
        PredictionType.VPrediction => new(spread, signal),
        _ => new(1 / spread, -signal / spread),
    };

    /// <summary><paramref name="into"/> may be <paramref name="sample"/> but not <paramref name="output"/>.</summary>
    public void Write(ReadOnlySpan<float> sample, ReadOnlySpan<float> output, Span<float> into)
    {
        TensorPrimitives.Multiply(sample, (float)OfSample, into);
        TensorPrimitives.MultiplyAdd(output, (float)OfOutput, into, into);
    }

    public static void Clip(SchedulerConfig config, Span<float> x0)
    {
        if (!config.ClipSample) return;
        TensorPrimitives.Max(x0, -(float)config.ClipSampleRange, x0);
        TensorPrimitives.Min(x0, (float)config.ClipSampleRange, x0);
    }
}
