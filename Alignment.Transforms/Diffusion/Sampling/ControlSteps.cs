namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// In which steps of a run the ControlNet is active and in which it is evaluated. It is active in a step i of n where
/// i / n ≥ start and (i + 1) / n ≤ end, as the ControlNet pipelines of diffusers count it (control_guidance_start, control_guidance_end).
/// </summary>
/// <param name="start">0 … 1, the fraction of the run before the control begins.</param>
/// <param name="end">0 … 1, the fraction of the run after which the control ends.</param>
/// <param name="interval">Of the active steps one in this many is evaluated; those between use the residuals of the last one.</param>
/// <param name="count">n, steps of the run.</param>
readonly struct ControlSteps(double start, double end, int interval, int count)
{
    /// <summary>For fractions such as 0.3 · 10, which floating point makes a little more or less than 3.</summary>
    const double Rounding = 1e-9;

    readonly int _first = (int)Math.Ceiling(start * count - Rounding), _last = (int)Math.Floor(end * count + Rounding) - 1;

    public bool IsActive(int i) => i >= _first && i <= _last;

    public bool IsEvaluated(int i) => IsActive(i) && (i - _first) % interval == 0;

    /// <summary>The number of steps of n with guidance, which ends after the fraction <paramref name="end"/> of the run.</summary>
    public static int Guided(double end, int count) => (int)Math.Floor(end * count + Rounding);
}
