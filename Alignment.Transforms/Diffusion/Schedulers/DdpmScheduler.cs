namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// Ancestral sampling of Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models", 2020 (arXiv 2006.11239), with the smaller
/// variance, β̃. With fewer steps than in training α_t = ᾱ_t / ᾱ_{t′}.
/// </summary>
sealed class DdpmScheduler : IScheduler
{
    // Keeps the root away from 0 where ᾱ′ = 1.
    const double LeastVariance = 1e-20;

    readonly NoiseSchedule _schedule;
    readonly int[] _tau;
    readonly float[] _timesteps;
    float[] _x0 = [];

    /// <exception cref="UsageException">The number of steps is out of range.</exception>
    public DdpmScheduler(NoiseSchedule schedule, int steps)
    {
        (_schedule, _tau) = (schedule, schedule.Timesteps(steps));
        _timesteps = [.. _tau.Select(t => (float)t)];
    }

    public IReadOnlyList<float> Timesteps => _timesteps;

    public bool NeedsNoise(int index) => _tau[index] > 0;

    public void Begin(int startStep, int count)
    {
        SchedulerCheck.StartStep(startStep, _tau.Length);
        if (_x0.Length != count) _x0 = new float[count];
    }

    public void AddNoise(int startStep, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into) =>
        _schedule.AddNoise(x0, noise, _tau[startStep], into);

    public void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample)
    {
        SchedulerCheck.Lengths(_x0.Length, modelOutput, sample);
        bool noisy = NeedsNoise(index);
        SchedulerCheck.Noise(noisy, noise, sample.Length);

        // 1. ᾱ, ᾱ′ and between them α_t and β_t, rounded to float32 as the tables are: β_t is small, so its fourth digit depends on it.
        SchedulerConfig config = _schedule.Config;
        int previous = _tau[index] - config.TrainTimesteps / _tau.Length;
        float alphaBar = _schedule.AlphaBars[_tau[index]], alphaBarPrevious = previous >= 0 ? _schedule.AlphaBars[previous] : 1;
        float alpha = alphaBar / alphaBarPrevious, beta = 1 - alpha, spread = 1 - alphaBar, spreadPrevious = 1 - alphaBarPrevious;

        // 2. x₀ from the model's output, eq. 15.
        Prediction.X0(config.PredictionType, Math.Sqrt(alphaBar), Math.Sqrt(spread)).Write(sample, modelOutput, _x0);
        Prediction.Clip(config, _x0);

        // 3. The posterior's mean μ̃ and variance β̃, eq. 7.
        TensorPrimitives.Multiply(sample, (float)(Math.Sqrt(alpha) * spreadPrevious / spread), sample);
        TensorPrimitives.MultiplyAdd(_x0, (float)(Math.Sqrt(alphaBarPrevious) * beta / spread), sample, sample);
        if (noisy) TensorPrimitives.MultiplyAdd(noise, (float)Math.Sqrt(Math.Max(LeastVariance, (double)spreadPrevious / spread * beta)),
            sample, sample);
    }
}
