namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>What one step of the denoising loop did. The spans are the loop's own memory: read them before returning.</summary>
public readonly ref struct DenoiseStep
{
    /// <summary>0 … <see cref="Count"/> − 1 within this run.</summary>
    public required int Index { get; init; }

    /// <summary>Steps in this run.</summary>
    public required int Count { get; init; }

    /// <summary>The timestep the models were given.</summary>
    public required float Timestep { get; init; }

    /// <summary>N, pictures denoised together.</summary>
    public required int Pictures { get; init; }

    /// <summary>Which of the scene's controls the first of them is.</summary>
    public int First { get; init; }

    /// <summary>The samples the models saw, scaled so that signal² + spread² = 1, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Input { get; init; }

    /// <summary>The samples after the step, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Latents { get; init; }

    /// <summary>The models' prediction with guidance, [N,4,h,w].</summary>
    public required ReadOnlySpan<float> Prediction { get; init; }
}

/// <summary>Called after every step, on the thread that edits.</summary>
public delegate void DenoiseObserver(in DenoiseStep step);
