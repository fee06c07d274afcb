namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>One step of the denoising loop. The spans are the loop's own memory: read them before returning.</summary>
readonly ref struct DenoiseStep
{
    /// <summary>0 … <see cref="Count"/> − 1 within this run.</summary>
    public required int Index { get; init; }

    /// <summary>Steps in this run.</summary>
    public required int Count { get; init; }

    public required float Timestep { get; init; }

    /// <summary>N, pictures denoised together.</summary>
    public required int Pictures { get; init; }

    /// <summary>Which of the scene's controls is the first of them.</summary>
    public int FirstControl { get; init; }

    /// <summary>The models' input, scaled so that signal² + spread² = 1, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Input { get; init; }

    /// <summary>The samples after the step, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Latents { get; init; }

    /// <summary>The models' prediction with guidance, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Prediction { get; init; }
}

/// <summary>Called after every step, on the thread that edits.</summary>
delegate void DenoiseObserver(in DenoiseStep step);
