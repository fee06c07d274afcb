namespace Alignment.MLNet.Training;

/// <summary>The learning rate of each step: linear warm-up, then constant or half a cosine.</summary>
/// <remarks><paramref name="Warmup"/>: steps it takes to reach it; 0: at once.</remarks>
sealed record LearningRate(double Peak, long Warmup, long Steps, LearningRateDecay Decay)
{
    /// <summary>diffusers' train_controlnet: lr_warmup_steps.</summary>
    const long LongestWarmup = 500;

    /// <summary>The share of a short run that is warm-up.</summary>
    const long WarmupPart = 20;

    public static LearningRate Of(ControlNetTrainingOptions options, long steps) =>
        new(options.LearningRate, options.WarmupSteps ?? Math.Min(LongestWarmup, steps / WarmupPart), steps, options.Decay);

    /// <summary>
    /// The rate of step n = 1 … Steps: peak · n / warm-up while n ≤ warm-up (the first step learns already); then the peak, or
    /// peak · ½ (1 + cos(π (n − 1 − warm-up) / (Steps − warm-up))), which is the full rate right after the warm-up and nearly 0 at the last
    /// step.
    /// </summary>
    public double At(long step)
    {
        if (step <= Warmup) return Peak * step / Warmup;
        return Decay == LearningRateDecay.Constant ? Peak
            : Peak * 0.5 * (1 + Math.Cos(Math.PI * (step - 1 - Warmup) / Math.Max(1, Steps - Warmup)));
    }
}
