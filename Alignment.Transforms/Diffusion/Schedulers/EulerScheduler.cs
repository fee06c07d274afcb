namespace Alignment.Transforms.Diffusion.Schedulers;

sealed record EulerOptions
{
    // Karras' noise levels (eq. 5).
    public bool KarrasSigmas { get; init; }

    /// <summary>
    /// Each step goes below the next noise level and adds fresh noise back up to it, as DDPM does (k-diffusion's
    /// <c>sample_euler_ancestral</c>; Song et al. 2021, appendix F). Not with <see cref="KarrasSigmas"/>.
    /// </summary>
    public bool Ancestral { get; init; }
}

/// <summary>
/// Karras, Aittala, Aila and Laine, "Elucidating the Design Space of Diffusion-Based Generative Models", 2022 (arXiv 2206.00364), algorithm
/// 1 without correction and churn. The sample is x₀ + σ ε; the model sees it divided by √(σ² + 1).
/// </summary>
sealed class EulerScheduler : IScheduler
{
    readonly NoiseSchedule _schedule;
    readonly EulerOptions _options;
    readonly SigmaSchedule _levels;
    float[] _derivative = [];

    /// <exception cref="UsageException">The number of steps is out of range, or the options do not go together.</exception>
    public EulerScheduler(NoiseSchedule schedule, int steps, EulerOptions? options = null)
    {
        (_schedule, _options) = (schedule, options ?? new());
        if (_options is { Ancestral: true, KarrasSigmas: true })
            throw UsageException.For("Euler's ancestral sampler", "Karras' noise levels", "those of evenly spaced timesteps",
                "Use Euler or DPM-Solver++ with Karras' levels.");
        _levels = SigmaSchedule.Of(schedule, schedule.FractionalTimesteps(steps), _options.KarrasSigmas, wholeTable: false,
            FinalSigma.Zero);
    }

    public IReadOnlyList<float> Timesteps => _levels.Timesteps;

    /// <summary>
    /// σ of the first step; with the leading spacing, which does not begin at the last timestep, the deviation of a unit picture under it.
    /// </summary>
    public float InitialNoiseSigma => (float)(_schedule.Config.TimestepSpacing == TimestepSpacing.Leading
        ? Math.Sqrt(_levels.Sigmas[0] * _levels.Sigmas[0] + 1) : _levels.Sigmas[0]);

    public bool NeedsNoise(int index) => _options.Ancestral;

    public void Begin(int startStep, int count)
    {
        SchedulerCheck.StartStep(startStep, Timesteps.Count);
        if (_derivative.Length != count) _derivative = new float[count];
    }

    public void AddNoise(int startStep, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into) =>
        TensorPrimitives.MultiplyAdd(noise, (float)_levels.Sigmas[startStep], x0, into);

    public void ScaleInput(int index, ReadOnlySpan<float> sample, Span<float> modelInput) =>
        TensorPrimitives.Multiply(sample, (float)(1 / Math.Sqrt(_levels.Sigmas[index] * _levels.Sigmas[index] + 1)), modelInput);

    public void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample)
    {
        SchedulerCheck.Lengths(_derivative.Length, modelOutput, sample);
        SchedulerCheck.Noise(_options.Ancestral, noise, sample.Length);
        double sigma = _levels.Sigmas[index], next = _levels.Sigmas[index + 1];

        // 1. dx/dσ = (x − x₀) / σ, which is ε (eq. 3). The model saw x / √(σ² + 1).
        double signal = 1 / Math.Sqrt(sigma * sigma + 1), spread = sigma * signal;
        Prediction epsilon = Prediction.Epsilon(_schedule.Config.PredictionType, signal, spread);
        (epsilon with { OfSample = epsilon.OfSample * signal }).Write(sample, modelOutput, _derivative);

        // 2. Where the step goes: to the next level, or below it by what is added again.
        double up = _options.Ancestral ? Math.Sqrt(next * next * (sigma * sigma - next * next) / (sigma * sigma)) : 0;
        double down = _options.Ancestral ? Math.Sqrt(next * next - up * up) : next;

        // 3. Euler's step, and the noise.
        TensorPrimitives.MultiplyAdd(_derivative, (float)(down - sigma), sample, sample);
        if (_options.Ancestral) TensorPrimitives.MultiplyAdd(noise, (float)up, sample, sample);
    }
}
