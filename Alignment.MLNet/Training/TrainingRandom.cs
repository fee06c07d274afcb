namespace Alignment.MLNet.Training;

/// <summary>The random numbers of a run. Each depends on the seed and on the row's number in the stream over all epochs (training) or the
/// scene's place among the validation scenes: a continued run needs to know only its step, and two batches of two are one batch of four.
/// Streams, as in docs/noise.md, with n values of a latent: <c>train/timestep</c> and <c>train/dropout</c>, element row; <c>train/noise</c>
/// and <c>train/vae</c>, elements row · n …; the same with <c>validate/</c>.</summary>
sealed record TrainingRandom(ulong Seed, int Timesteps)
{
    // Fixed timesteps each validation scene is looked at: the middles of four equal parts of the schedule.
    public const int ValidationTimesteps = 4;

    // Uniform in 0 … T − 1.
    public int Timestep(long row) => (int)(Uniform("train/timestep", row) * Timesteps);

    public bool DropsPrompt(long row, double share) => Uniform("train/dropout", row) < share;

    // The k-th fixed timestep of validation.
    public int ValidationTimestep(int k) => (2 * k + 1) * Timesteps / (2 * ValidationTimesteps);

    public void Noise(bool training, long row, Span<float> into) =>
        SeededNormal.Fill(into, Seed, training ? "train/noise" : "validate/noise", row * into.Length);

    public void Vae(bool training, long row, Span<float> into) =>
        SeededNormal.Fill(into, Seed, training ? "train/vae" : "validate/vae", row * into.Length);

    double Uniform(string stream, long row)
    {
        Span<double> one = stackalloc double[1];
        SeededNormal.FillUniform(one, Seed, stream, row);
        return one[0];
    }
}
