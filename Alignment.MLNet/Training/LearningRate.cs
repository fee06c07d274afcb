namespace Alignment.MLNet.Training;

// The learning rate of each step: linear warm-up (0: none), then constant or half a cosine.
sealed record LearningRate(double Peak, long Warmup, long Steps, LearningRateDecay Decay)
{
    // diffusers' train_controlnet: lr_warmup_steps.
    const long LongestWarmup = 500;

    // The share of a short run that is warm-up.
    const long WarmupPart = 20;

    public static LearningRate Of(ControlNetTrainingOptions options, long steps) =>
        new(options.LearningRate, options.WarmupSteps ?? Math.Min(LongestWarmup, steps / WarmupPart), steps, options.Decay);

    // The rate of step n = 1 … Steps: peak · n / warm-up while n ≤ warm-up; then the peak, or peak · ½ (1 + cos(π (n − 1 − warm-up) /
    // (Steps − warm-up))), the full rate right after the warm-up and nearly 0 at the last step.
    public double At(long step)
    {
        if (step <= Warmup) return Peak * step / Warmup;
        return Decay == LearningRateDecay.Constant ? Peak
            : Peak * 0.5 * (1 + Math.Cos(Math.PI * (step - 1 - Warmup) / Math.Max(1, Steps - Warmup)));
    }
}
