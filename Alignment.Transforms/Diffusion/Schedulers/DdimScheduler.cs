namespace Alignment.Transforms.Diffusion.Schedulers;

sealed record DdimOptions
{
    // η, the share of DDPM's noise that each step adds again: 0 (deterministic) … 1 (DDPM).
    public float Eta { get; init; }
}

/// <summary>
/// Song, Meng and Ermon, "Denoising Diffusion Implicit Models", 2021 (arXiv 2010.02502). The paper's α_t is the ᾱ_t of this code; σ_t is
/// eq. 16; "previous" means less noisy: τ_{i−1}.
/// </summary>
sealed class DdimScheduler : IScheduler
{
    readonly NoiseSchedule _schedule;
    readonly DdimOptions _options;
    readonly int[] _tau;
    readonly float[] _timesteps;
    float[] _x0 = [];

    // Throws where η or the number of steps is out of range.
    public DdimScheduler(NoiseSchedule schedule, int steps, DdimOptions? options = null)
    {
        _options = options ?? new DdimOptions();
        if (!(_options.Eta is >= 0 and <= 1))
            throw UsageException.For("DDIM's eta", $"{_options.Eta}",
                "0 (deterministic) to 1 (as noisy as DDPM)", "Leave it at 0 unless you want fresh noise in every step.");
        _schedule = schedule;
        _tau = schedule.Timesteps(steps);
        _timesteps = [.. _tau.Select(t => (float)t)];
    }

    public IReadOnlyList<float> Timesteps => _timesteps;

    public bool NeedsNoise(int index) => _options.Eta > 0;

    public void Begin(int startStep, int count)
    {
        SchedulerCheck.StartStep(startStep, _tau.Length);
        if (_x0.Length != count) _x0 = new float[count];
    }

    public void AddNoise(int startStep, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into) =>
        _schedule.AddNoise(x0, noise, _tau[startStep], into);

    public void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample)
    {
        Span<float> x0 = _x0;
        SchedulerCheck.Lengths(x0.Length, modelOutput, sample);
        bool noisy = NeedsNoise(index);
        SchedulerCheck.Noise(noisy, noise, sample.Length);

        // 1. ᾱ now and at the previous, less noisy timestep. The stride is the training steps per inference step whatever the spacing.
        SchedulerConfig config = _schedule.Config;
        int previous = _tau[index] - config.TrainTimesteps / _tau.Length;
        double alphaBar = _schedule.AlphaBars[_tau[index]];
        double alphaBarPrevious = previous >= 0 ? _schedule.AlphaBars[previous] : _schedule.FinalAlphaBar;
        double signal = Math.Sqrt(alphaBar), spread = Math.Sqrt(1 - alphaBar);

        // 2. The predicted x₀ (eq. 9 for ε), and the predicted ε, both as sums of the sample and the model's output.
        Prediction toEpsilon = Prediction.Epsilon(config.PredictionType, signal, spread);
        Prediction.X0(config.PredictionType, signal, spread).Write(sample, modelOutput, x0);
        Prediction.Clip(config, x0);

        // 3. σ_t, eq. 16: η √((1 − ᾱ′) / (1 − ᾱ)) √(1 − ᾱ / ᾱ′).
        double sigma = noisy ? _options.Eta * Math.Sqrt((1 - alphaBarPrevious) / (1 - alphaBar) * (1 - alphaBar / alphaBarPrevious)) : 0;

        // 4. x′ = √ᾱ′ x₀ + √(1 − ᾱ′ − σ²) ε + σ z, eq. 12. Rounding may leave a negative hair under the root at η = 1.
        double direction = Math.Sqrt(Math.Max(0, 1 - alphaBarPrevious - sigma * sigma));
        TensorPrimitives.Multiply(sample, (float)(direction * toEpsilon.OfSample), sample);
        TensorPrimitives.MultiplyAdd(modelOutput, (float)(direction * toEpsilon.OfOutput), sample, sample);
        TensorPrimitives.MultiplyAdd(x0, (float)Math.Sqrt(alphaBarPrevious), sample, sample);
        if (noisy) TensorPrimitives.MultiplyAdd(noise, (float)sigma, sample, sample);
    }
}
