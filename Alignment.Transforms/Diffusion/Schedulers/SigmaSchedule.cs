namespace Alignment.Transforms.Diffusion.Schedulers;

/// <summary>What follows the last timestep.</summary>
enum FinalSigma
{
    /// <summary>The last step lands on the predicted x₀.</summary>
    Zero,

    /// <summary>The noise of timestep 0, as diffusers before version 0.25.</summary>
    SigmaMin,
}

/// <summary>σ = √((1 − ᾱ) / ᾱ) (Karras et al. 2022, eq. 1 with s(t) = √ᾱ) and the timesteps they stand for.</summary>
sealed class SigmaSchedule
{
    /// <summary>Karras et al. 2022, table 1.</summary>
    const double Rho = 7;

    /// <summary>Falling, and what follows the last.</summary>
    public double[] Sigmas { get; }

    /// <summary>Fractional where the σ lies between two.</summary>
    public float[] Timesteps { get; }

    SigmaSchedule(double[] sigmas, float[] timesteps) => (Sigmas, Timesteps) = (sigmas, timesteps);

    /// <summary>
    /// σ at falling <paramref name="timesteps"/>, linear between whole ones, or Karras' levels (eq. 5) between the ends in their place;
    /// with <paramref name="wholeTable"/> between those of the whole table, with timesteps rounded.
    /// </summary>
    public static SigmaSchedule Of(NoiseSchedule schedule, IReadOnlyList<double> timesteps, bool karras, bool wholeTable, FinalSigma final)
    {
        double[] table = Table(schedule), sigmas = [.. timesteps.Select(t => At(table, t))];
        float[] times = [.. timesteps.Select(t => (float)t)];
        if (karras)
        {
            var (largest, smallest) = wholeTable ? (table[^1], table[0]) : (sigmas[0], sigmas[^1]);
            sigmas = Karras(largest, smallest, sigmas.Length);
            times = [.. sigmas.Select(s => TimestepOf(table, s)).Select(t => (float)(wholeTable ? Math.Round(t) : t))];
        }
        return new([.. sigmas, final == FinalSigma.Zero ? 0 : table[0]], times);
    }

    /// <summary>
    /// Karras' levels from the σ of timestep <paramref name="start"/> down to the table's smallest; timesteps are not rounded.
    /// </summary>
    public static SigmaSchedule KarrasFrom(NoiseSchedule schedule, double start, int count, FinalSigma final)
    {
        double[] table = Table(schedule), sigmas = Karras(At(table, start), table[0], count);
        return new([.. sigmas, final == FinalSigma.Zero ? 0 : table[0]], [.. sigmas.Select(s => (float)TimestepOf(table, s))]);
    }

    /// <summary>σ of every training timestep.</summary>
    static double[] Table(NoiseSchedule schedule)
    {
        double[] table = new double[schedule.AlphaBars.Length];
        for (int t = 0; t < table.Length; t++) table[t] = Math.Sqrt((1 - (double)schedule.AlphaBars[t]) / schedule.AlphaBars[t]);
        return table;
    }

    /// <summary>Between two timesteps too.</summary>
    static double At(double[] table, double timestep)
    {
        int low = Math.Clamp((int)Math.Floor(timestep), 0, table.Length - 1), high = Math.Min(low + 1, table.Length - 1);
        double part = Math.Clamp(timestep - low, 0, 1);
        return table[low] + part * (table[high] - table[low]);
    }

    /// <summary>σ_i = (σ_max^(1/ρ) + i/(N−1) (σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ, eq. 5.</summary>
    static double[] Karras(double largest, double smallest, int count)
    {
        double from = Math.Pow(largest, 1 / Rho), to = Math.Pow(smallest, 1 / Rho);
        return [.. Enumerable.Range(0, count).Select(i => Math.Pow(from + (count == 1 ? 0 : (double)i / (count - 1)) * (to - from), Rho))];
    }

    /// <summary>The timestep whose ln σ is this one's, linear between two.</summary>
    static double TimestepOf(double[] table, double sigma)
    {
        int low = Math.Clamp(Array.FindLastIndex(table, s => s <= sigma), 0, table.Length - 2);
        double wanted = Math.Log(Math.Max(sigma, 1e-10)), below = Math.Log(table[low]), above = Math.Log(table[low + 1]);
        return low + Math.Clamp((below - wanted) / (below - above), 0, 1);
    }
}
