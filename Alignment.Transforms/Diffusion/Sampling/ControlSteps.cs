namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// In which steps the ControlNet is active: step i of n where i / n ≥ start and (i + 1) / n ≤ end, as diffusers counts
/// (control_guidance_start, control_guidance_end). One active step in <paramref name="interval"/> is evaluated; those between use its
/// residuals.
/// </summary>
readonly struct ControlSteps(double start, double end, int interval, int count)
{
    // For fractions such as 0.3 · 10, a little more or less than 3.
    const double Rounding = 1e-9;

    readonly int _first = (int)Math.Ceiling(start * count - Rounding), _last = (int)Math.Floor(end * count + Rounding) - 1;

    public bool IsActive(int i) => i >= _first && i <= _last;

    public bool IsEvaluated(int i) => IsActive(i) && (i - _first) % interval == 0;

    /// <summary>Steps with guidance, which ends after the fraction <paramref name="end"/>.</summary>
    public static int Guided(double end, int count) => (int)Math.Floor(end * count + Rounding);
}
