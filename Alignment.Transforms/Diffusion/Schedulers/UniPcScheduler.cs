namespace Alignment.Transforms.Diffusion.Schedulers;

sealed record UniPcOptions
{
    /// <inheritdoc cref="DpmSolverOptions.KarrasSigmas"/>
    public bool KarrasSigmas { get; init; }

    /// <inheritdoc cref="DpmSolverOptions.Final"/>
    public FinalSigma Final { get; init; }
}

/// <summary>
/// UniPC of order 2: Zhao, Bai, Rao, Zhou and Lu, "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of Diffusion Models",
/// 2023 (arXiv 2302.04867), with B₂(h) = e^h − 1 and data prediction: the paper's h enters with its sign changed. Each step first corrects
/// the sample of the step before (UniC), then predicts the next (UniP).
/// </summary>
sealed class UniPcScheduler : IScheduler
{
    readonly NoiseSchedule _schedule;
    readonly SigmaSchedule _levels;
    float[] _m0 = [], _m1 = [], _now = [];
    int _first;

    /// <exception cref="UsageException">The number of steps is out of range.</exception>
    public UniPcScheduler(NoiseSchedule schedule, int steps, UniPcOptions? options = null)
    {
        options ??= new();
        _schedule = schedule;
        _levels = SigmaSchedule.Of(schedule, schedule.SolverTimesteps(steps), options.KarrasSigmas, wholeTable: true, options.Final);
    }

    public IReadOnlyList<float> Timesteps => _levels.Timesteps;

    public void Begin(int startStep, int count)
    {
        SchedulerCheck.StartStep(startStep, Timesteps.Count);
        if (_m0.Length != count) (_m0, _m1, _now) = (new float[count], new float[count], new float[count]);
        _first = startStep;
    }

    public void AddNoise(int startStep, ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, Span<float> into) =>
        HalfLogSnr.Of(_levels.Sigmas[startStep]).AddNoise(x0, noise, into);

    public void Advance(int index, ReadOnlySpan<float> modelOutput, ReadOnlySpan<float> noise, Span<float> sample)
    {
        SchedulerCheck.Lengths(_m0.Length, modelOutput, sample);
        HalfLogSnr s = HalfLogSnr.Of(_levels.Sigmas[index]), t = HalfLogSnr.Of(_levels.Sigmas[index + 1]);

        // 1. x₀ at this step, from the sample as it was predicted.
        Prediction.X0(_schedule.Config.PredictionType, s.Alpha, s.Sigma).Write(sample, modelOutput, _now);

        // 2. UniC: mend the step that led here, now that the model's output at its end is known.
        if (index > _first) Correct(index, s, sample);

        // 3. m₀ is x₀ at this step, m₁ at the one before.
        (_m0, _m1, _now) = (_now, _m0, _m1);

        // 4. UniP: x_t = (σ_t/σ_s) x − α_t (e^−h − 1) (m₀ + ½ D₁), D₁ = (m₁ − m₀) / r₁; without D₁ at the first and last step.
        double h = t.Lambda - s.Lambda, weight = -t.Alpha * (Math.Exp(-h) - 1), half = Half(index, s, h);
        TensorPrimitives.Multiply(sample, (float)(t.Sigma / s.Sigma), sample);
        TensorPrimitives.MultiplyAdd(_m0, (float)(weight * (1 - half)), sample, sample);
        if (half != 0) TensorPrimitives.MultiplyAdd(_m1, (float)(weight * half), sample, sample);
    }

    // Grows from 1, falls to 1 at the end.
    int OrderAt(int index) => index > _first && index < Timesteps.Count - 1 ? 2 : 1;

    // ½ / r₁; 0 at order 1.
    double Half(int index, HalfLogSnr s, double h) => OrderAt(index) == 2
        ? 0.5 * h / (HalfLogSnr.Of(_levels.Sigmas[index - 1]).Lambda - s.Lambda) : 0;

    /// <summary>
    /// x_t = (σ_t/σ_s) x_s − α_t (e^−h − 1) (m₀ + ρ₁ D₁ + ρ₂ (m_t − m₀)), with R ρ = b: R = [[1, 1], [r₁, 1]], b_k = k! φ_{k+1}(−h) / B(−h)
    /// (eq. 8–10); at order 1 ρ₂ = ½. What is added is its difference to the prediction, in which x_s drops out: so it is right also where
    /// the sample was changed since.
    /// </summary>
    void Correct(int index, HalfLogSnr t, Span<float> sample)
    {
        HalfLogSnr s = HalfLogSnr.Of(_levels.Sigmas[index - 1]);
        double h = t.Lambda - s.Lambda, hh = -h, b0 = Math.Exp(hh) - 1, weight = -t.Alpha * b0, ofNow = 0.5, ofDifference = 0;
        double half = Half(index - 1, s, h);
        if (OrderAt(index - 1) == 2)
        {
            double phi2 = b0 / hh - 1, phi3 = phi2 / hh - 0.5, b1 = phi2 / b0, b2 = 2 * phi3 / b0;
            double r1 = (HalfLogSnr.Of(_levels.Sigmas[index - 2]).Lambda - s.Lambda) / h;
            double rho1 = (b1 - b2) / (1 - r1);
            (ofNow, ofDifference) = (b1 - rho1, rho1 / r1);
        }
        TensorPrimitives.MultiplyAdd(_now, (float)(weight * ofNow), sample, sample);
        TensorPrimitives.MultiplyAdd(_m0, (float)(weight * (half - ofNow - ofDifference)), sample, sample);
        if (ofDifference != half) TensorPrimitives.MultiplyAdd(_m1, (float)(weight * (ofDifference - half)), sample, sample);
    }
}
