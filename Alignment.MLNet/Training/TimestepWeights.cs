namespace Alignment.MLNet.Training;

// The weight of a scene's loss by its timestep, for a model that predicts ε.
static class TimestepWeights
{
    // Uniform: 1. Min-SNR-γ: min(SNR, γ) / SNR with SNR = ᾱ / (1 − ᾱ) (Hang et al. 2023, "Efficient Diffusion Training via Min-SNR
    // Weighting Strategy", eq. 9 and the line after it for noise prediction): 1 where SNR ≤ γ, γ / SNR above.
    public static double Of(TimestepWeighting weighting, double alphaBar, double gamma)
    {
        if (weighting == TimestepWeighting.Uniform) return 1;
        double snr = alphaBar / (1 - alphaBar);
        return Math.Min(snr, gamma) / snr;
    }
}
