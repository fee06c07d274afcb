namespace Alignment.Transforms.Diffusion.Schedulers;

sealed record LcmOptions
{
    // Of the solver the model was distilled with; the timesteps are chosen among theirs.
    public int OriginalSteps { get; init; } = 50;
}

/// <summary>
/// Latent consistency models: Luo, Tan, Huang, Li and Zhao, 2023 (arXiv 2310.04378), multistep sampling (algorithm 3 of Song et al. 2023,
/// "Consistency Models"). Only for models distilled for it.
/// </summary>
sealed class LcmScheduler : IScheduler
{
    // σ_data and the factor on t of the boundary conditions, as in the authors' code.
    const double DataDeviation = 0.5, TimestepScaling = 10;

    readonly NoiseSchedule _schedule;
    readonly int[] _tau;
    readonly float[] _timesteps;
    float[] _x0 = [];

    /// <exception cref="UsageException">The number of steps is out of range.</exception>
    public LcmScheduler(NoiseSchedule schedule, int steps, LcmOptions? options = null)
    {
        int original = (options ?? new()).OriginalSteps, train = schedule.Config.TrainTimesteps;
        if (original < 1 || original > train) throw UsageException.For("LCM's original steps", $"{original}",
            $"1 to {train}", "50 is what the published models were distilled with.");
        if (steps < 1 || steps > original) throw UsageException.For("The number of LCM steps", $"{steps}",
            $"1 to {original}", "2 to 8 are usual.");
        _schedule = schedule;
        int stride = train / original;
        // Of the original timesteps stride − 1, 2 stride − 1, … the last and every (original/steps)th before it.
        _tau = [.. Enumerable.Range(0, steps).Select(i => (original - (int)Math.Floor((double)i * original / steps)) * stride - 1)];
        _timesteps = [.. _tau.Select(t => (float)t)];
    }

    public IReadOnlyList<float> Timesteps => _timesteps;

    public bool NeedsNoise(int index) => index < _tau.Length - 1;

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
        SchedulerCheck.Noise(NeedsNoise(index), noise, sample.Length);
        double alphaBar = _schedule.AlphaBars[_tau[index]];

        // 1. x₀.
        Prediction.X0(_schedule.Config.PredictionType, Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar)).Write(sample, modelOutput, _x0);
        Prediction.Clip(_schedule.Config, _x0);

        // 2. The consistency function f = c_skip x + c_out x₀ (eq. 9 of the paper).
        double t = TimestepScaling * _tau[index], square = t * t + DataDeviation * DataDeviation;
        TensorPrimitives.Multiply(sample, (float)(DataDeviation * DataDeviation / square), sample);
        TensorPrimitives.MultiplyAdd(_x0, (float)(t / Math.Sqrt(square)), sample, sample);
        if (!NeedsNoise(index)) return;

        // 3. Noised again to the next timestep.
        double next = _schedule.AlphaBars[_tau[index + 1]];
        TensorPrimitives.Multiply(sample, (float)Math.Sqrt(next), sample);
        TensorPrimitives.MultiplyAdd(noise, (float)Math.Sqrt(1 - next), sample, sample);
    }
}
