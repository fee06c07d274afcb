namespace Alignment.Transforms.Diffusion.Sampling;

readonly ref struct DenoiseStep
{
    /// <summary>0 … <see cref="Count"/> − 1 within this run.</summary>
    public required int Index { get; init; }
    public required int Count { get; init; }
    public required float Timestep { get; init; }

    /// <summary>N, denoised together.</summary>
    public required int Pictures { get; init; }

    /// <summary>Which of the scene's controls is the first of them.</summary>
    public int FirstControl { get; init; }

    /// <summary>Scaled so that signal² + spread² = 1, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Input { get; init; }

    /// <summary>After the step, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Latents { get; init; }

    /// <summary>With guidance, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Prediction { get; init; }
}

/// <summary>Called on the thread that edits.</summary>
delegate void DenoiseObserver(in DenoiseStep step);
