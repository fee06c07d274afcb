namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>
/// In which steps of a run the ControlNet takes part and in which it is evaluated. A step i of n takes part where
/// i / n ≥ start and (i + 1) / n ≤ end, as the ControlNet pipelines of diffusers count it (control_guidance_start, control_guidance_end).
/// </summary>
/// <param name="start">0 … 1, the part of the run before the control begins.</param>
/// <param name="end">0 … 1, the part of the run after which the control is over.</param>
/// <param name="every">Of the steps that take part every which is evaluated; those between use the residuals of the last one.</param>
/// <param name="count">n, steps of the run.</param>
readonly struct ControlSteps(double start, double end, int every, int count)
{
    /// <summary>Room for fractions such as 0.3 · 10, which floating point makes a little more or less than 3.</summary>
    const double Rounding = 1e-9;

    readonly int _first = (int)Math.Ceiling(start * count - Rounding), _last = (int)Math.Floor(end * count + Rounding) - 1;

    /// <summary>Whether the control acts in step <paramref name="i"/>.</summary>
    public bool Acts(int i) => i >= _first && i <= _last;

    /// <summary>Whether the ControlNet is evaluated in step <paramref name="i"/>.</summary>
    public bool Evaluated(int i) => Acts(i) && (i - _first) % every == 0;

    /// <summary>How often it is evaluated.</summary>
    public int Evaluations => Math.Max(0, (_last - _first) / every + (_last >= _first ? 1 : 0));

    /// <summary>The number of steps of n with guidance, which ends after a part <paramref name="end"/> of the run.</summary>
    public static int Guided(double end, int count) => (int)Math.Floor(end * count + Rounding);
}
