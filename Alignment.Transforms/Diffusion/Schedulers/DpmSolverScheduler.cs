namespace Alignment.Transforms.Diffusion.Schedulers;

sealed record DpmSolverOptions
{
    // Karras' noise levels (Karras et al. 2022, eq. 5) over the whole schedule.
    public bool KarrasSigmas { get; init; }

    /// <summary>
    /// The timestep a run begins at, whole or between two: Karras' levels lie between its noise and the smallest, so few steps begin
    /// exactly where many would. Null: levels over the whole schedule.
    /// </summary>
    public double? Start { get; init; }

    // What the last step goes to.
    public FinalSigma Final { get; init; }

    /// <summary>
    /// Below this many steps the last one is of first order: the second order overshoots at the end (diffusers: <c>lower_order_final</c>).
    /// </summary>
    public const int FewSteps = 15;
}

/// <summary>
/// DPM-Solver++ (2M): Lu, Zhou, Bao, Chen, Li and Zhu, "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models",
/// 2022 (arXiv 2211.01095), algorithm 2 with the midpoint form. α = √ᾱ, σ = √(1−ᾱ), λ = ln(α/σ); this code's noise levels are the paper's
/// σ/α.
/// </summary>
sealed class DpmSolverScheduler : IScheduler
{
    readonly NoiseSchedule _schedule;
    readonly DpmSolverOptions _options;
    readonly SigmaSchedule _levels;
    float[] _x0 = [], _x0Before = [];
    int _first;

    /// <exception cref="UsageException">The number of steps is out of range.</exception>
    public DpmSolverScheduler(NoiseSchedule schedule, int steps, DpmSolverOptions? options = null)
    {
        (_schedule, _options) = (schedule, options ?? new());
        if (_options.Start is { } start && !(_options.KarrasSigmas && start >= 0 && start < schedule.AlphaBars.Length))
            throw UsageException.For("DPM-Solver++'s start",
                $"timestep {start}{(_options.KarrasSigmas ? "" : " without Karras' levels")}",
                $"a timestep from 0 to {schedule.AlphaBars.Length - 1} with Karras' levels", "Leave it out, or set KarrasSigmas.");
        _levels = _options.Start is { } from ? SigmaSchedule.KarrasFrom(schedule, from, steps, _options.Final)
            : SigmaSchedule.Of(schedule, schedule.SolverTimesteps(steps), _options.KarrasSigmas, wholeTable: true, _options.Final);
    }

    public IReadOnlyList<float> Timesteps => _levels.Timesteps;

    public int StartStep(double strength) => ImageToImage.StartStep(strength > 0 && _options.Start is not null ? 1 : strength,
        Timesteps.Count);

    public void Begin(int startStep, int count)
    {
        SchedulerCheck.StartStep(startStep, Timesteps.Count);
        if (_x0.Length != count) (_x0, _x0Before) = (new float[count], new float[count]);
        _first = startStep;
    }

    public void AddNoise(int startStep, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into)
    {
        HalfLogSnr s = HalfLogSnr.Of(_levels.Sigmas[startStep]);
        s.AddNoise(x0, noise, into);
    }

    public void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample)
    {
        SchedulerCheck.Lengths(_x0.Length, modelOutput, sample);
        HalfLogSnr s = HalfLogSnr.Of(_levels.Sigmas[index]), t = HalfLogSnr.Of(_levels.Sigmas[index + 1]);

        // 1. x₀ now; the one of the step before stays.
        (_x0, _x0Before) = (_x0Before, _x0);
        Prediction.X0(_schedule.Config.PredictionType, s.Alpha, s.Sigma).Write(sample, modelOutput, _x0);

        // 2. x ← (σ_t/σ_s) x − α_t (e^−h − 1) D, eq. 14; at first order D is x₀ …
        double h = t.Lambda - s.Lambda, weight = -t.Alpha * (Math.Exp(-h) - 1);
        int steps = Timesteps.Count;
        bool plain = index == _first || index == steps - 1 && (_options.Final == FinalSigma.Zero || steps < DpmSolverOptions.FewSteps);
        TensorPrimitives.Multiply(sample, (float)(t.Sigma / s.Sigma), sample);
        if (plain)
        {
            TensorPrimitives.MultiplyAdd(_x0, (float)weight, sample, sample);
            return;
        }

        // 3. … at second order (1 + 1/2r) x₀ − (1/2r) x₀ of the step before, r = h′/h (algorithm 2).
        double r = (s.Lambda - HalfLogSnr.Of(_levels.Sigmas[index - 1]).Lambda) / h;
        TensorPrimitives.MultiplyAdd(_x0, (float)(weight * (1 + 0.5 / r)), sample, sample);
        TensorPrimitives.MultiplyAdd(_x0Before, (float)(-weight * 0.5 / r), sample, sample);
    }
}
