namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>
/// q(x_t | x₀) = N(√ᾱ_t x₀, (1 − ᾱ_t) I), Ho et al. 2020, eq. 4, with ᾱ_t = Π(1 − β_s). β and 1 − β are rounded to float32, as in training,
/// and their product is kept in double: where 1 − ᾱ is small, that rounding decides its fourth digit.
/// </summary>
sealed class NoiseSchedule
{
    readonly float[] _betas, _alphaBars;

    /// <summary>β and ᾱ of <paramref name="config"/>.</summary>
    public NoiseSchedule(SchedulerConfig config)
    {
        Config = config;
        double[] betas = config.BetaSchedule == BetaSchedule.Linear
            ? Linspace(config.BetaStart, config.BetaEnd, config.TrainTimesteps)
            : [.. Linspace(Math.Sqrt(config.BetaStart), Math.Sqrt(config.BetaEnd), config.TrainTimesteps).Select(root => root * root)];
        _betas = [.. betas.Select(b => (float)b)];
        _alphaBars = new float[betas.Length];
        double product = 1;
        for (int t = 0; t < betas.Length; t++) _alphaBars[t] = (float)(product *= 1 - _betas[t]);
    }

    public SchedulerConfig Config { get; }

    public ReadOnlySpan<float> Betas => _betas;

    // Diffusers' alphas_cumprod.
    public ReadOnlySpan<float> AlphaBars => _alphaBars;

    // ᾱ where no timestep is left.
    public float FinalAlphaBar => Config.SetAlphaToOne ? 1f : _alphaBars[0];

    // At a timestep between two: linear in ln σ, σ² = (1 − ᾱ) / ᾱ.
    public double AlphaBarAt(double timestep)
    {
        int low = Math.Clamp((int)Math.Floor(timestep), 0, _alphaBars.Length - 1), high = Math.Min(low + 1, _alphaBars.Length - 1);
        double part = Math.Clamp(timestep - low, 0, 1);
        if (part == 0 || low == high) return _alphaBars[low];
        double level = Math.Exp((1 - part) * LogLevel(low) + part * LogLevel(high));
        return 1 / (1 + level * level);

        double LogLevel(int t) => 0.5 * Math.Log((1 - (double)_alphaBars[t]) / _alphaBars[t]);
    }

    /// <summary>DDPM eq. 4: x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε. <paramref name="into"/> may be either input.</summary>
    public void AddNoise(ReadOnlySpan<float> x0, ReadOnlySpan<float> noise, int timestep, Span<float> into)
    {
        if (x0.Length != noise.Length || into.Length != x0.Length)
            throw new ArgumentException("Sample, noise and result must be of one length.");
        float alphaBar = _alphaBars[timestep];
        float a = MathF.Sqrt(alphaBar), b = MathF.Sqrt(1 - alphaBar);
        for (int i = 0; i < into.Length; i++) into[i] = a * x0[i] + b * noise[i];
    }

    /// <summary>Falling. Lin et al. 2023, table 2; halves round to even.</summary>
    /// <exception cref="UsageException">More steps than the schedule has room for.</exception>
    public int[] Timesteps(int steps)
    {
        int T = _betas.Length;
        if (steps < 1 || steps > T)
            throw UsageException.For("The number of steps", Text(steps), $"1 to {T}, the timesteps the model was trained with",
                "Choose fewer steps; 20 to 50 are usual.");
        var timesteps = new int[steps];
        for (int i = 0; i < steps; i++)
            timesteps[i] = Config.TimestepSpacing switch
            {
                TimestepSpacing.Leading => (steps - 1 - i) * (T / steps) + Config.StepsOffset,
                TimestepSpacing.Trailing => (int)Math.Round(T - i * ((double)T / steps)) - 1,
                _ => (int)Math.Round((steps - 1 - i) * (steps == 1 ? 0.0 : (T - 1.0) / (steps - 1))),
            };
        return timesteps[0] < T && timesteps[^1] >= 0 ? timesteps
            : throw UsageException.For("The number of steps", $"{Text(steps)}, whose first timestep {Text(timesteps[0])} lies beyond the "
                + $"schedule because of the offset {Text(Config.StepsOffset)}", $"timesteps from 0 to {T - 1}",
                "Choose fewer steps; 20 to 50 are usual.");
    }

    // The linear spacing is not rounded.
    public double[] FractionalTimesteps(int steps) => Config.TimestepSpacing == TimestepSpacing.Linspace && steps > 1
        ? [.. Linspace(_betas.Length - 1, 0, Checked(steps))]
        : [.. Timesteps(steps).Select(t => (double)t)];

    /// <summary>
    /// Of the solvers that end beyond the last timestep: leading and linear spacing are laid out for one step more (Lu et al. 2022, as
    /// published with Stable Diffusion).
    /// </summary>
    public double[] SolverTimesteps(int steps)
    {
        int T = _betas.Length;
        return Config.TimestepSpacing switch
        {
            TimestepSpacing.Trailing => [.. Timesteps(steps).Select(t => (double)t)],
            TimestepSpacing.Linspace => [.. Linspace(T - 1, 0, Checked(steps) + 1).Take(steps).Select(t => Math.Round(t))],
            _ => [.. Enumerable.Range(0, Checked(steps)).Select(i => (double)((steps - i) * (T / (steps + 1)) + Config.StepsOffset))],
        };
    }

    // At least one training timestep must lie between two steps.
    int Checked(int steps) => steps >= 1 && steps < _betas.Length
        && (long)steps * (_betas.Length / (steps + 1)) + Config.StepsOffset < _betas.Length ? steps
        : throw UsageException.For("The number of steps", Text(steps),
        $"1 to {Text(_betas.Length - 1)}, fewer than the timesteps the model was trained with", "Choose fewer steps; 10 to 50 are usual.");

    static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    static double[] Linspace(double start, double end, int count) =>
        [.. Enumerable.Range(0, count).Select(i => count == 1 ? start : start + (end - start) * i / (count - 1))];
}
