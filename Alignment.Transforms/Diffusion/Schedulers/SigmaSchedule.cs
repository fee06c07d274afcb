namespace Alignment.Transforms.Diffusion.Schedulers;

// What follows the last timestep.
enum FinalSigma
{
    // The last step lands on the predicted x₀.
    Zero,

    // The noise of timestep 0, as diffusers before version 0.25.
    SigmaMin,
}

// σ = √((1 − ᾱ) / ᾱ) (Karras et al. 2022, eq. 1 with s(t) = √ᾱ) and the timesteps they stand for.
sealed class SigmaSchedule
{
    // Karras et al. 2022, table 1.
    const double Rho = 7;

    // Falling, and what follows the last.
    public double[] Sigmas { get; }

    // Fractional where the σ lies between two.
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

    // σ of every training timestep.
    static double[] Table(NoiseSchedule schedule)
    {
        double[] table = new double[schedule.AlphaBars.Length];
        for (int t = 0; t < table.Length; t++) table[t] = Math.Sqrt((1 - (double)schedule.AlphaBars[t]) / schedule.AlphaBars[t]);
        return table;
    }

    // Between two timesteps too.
    static double At(double[] table, double timestep)
    {
        int low = Math.Clamp((int)Math.Floor(timestep), 0, table.Length - 1), high = Math.Min(low + 1, table.Length - 1);
        double part = Math.Clamp(timestep - low, 0, 1);
        return table[low] + part * (table[high] - table[low]);
    }

    // σ_i = (σ_max^(1/ρ) + i/(N−1) (σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ, eq. 5.
    static double[] Karras(double largest, double smallest, int count)
    {
        double from = Math.Pow(largest, 1 / Rho), to = Math.Pow(smallest, 1 / Rho);
        return [.. Enumerable.Range(0, count).Select(i => Math.Pow(from + (count == 1 ? 0 : (double)i / (count - 1)) * (to - from), Rho))];
    }

    // The timestep whose ln σ is this one's, linear between two.
    static double TimestepOf(double[] table, double sigma)
    {
        int low = Math.Clamp(Array.FindLastIndex(table, s => s <= sigma), 0, table.Length - 2);
        double wanted = Math.Log(Math.Max(sigma, 1e-10)), below = Math.Log(table[low]), above = Math.Log(table[low + 1]);
        return low + Math.Clamp((below - wanted) / (below - above), 0, 1);
    }
}
