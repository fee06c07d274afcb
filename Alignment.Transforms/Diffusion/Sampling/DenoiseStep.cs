namespace Alignment.Transforms.Diffusion.Sampling;

readonly ref struct DenoiseStep
{
    /// <summary>0 … <see cref="Count"/> − 1 within this run.</summary>
    public required int Index { get; init; }
    public required int Count { get; init; }
    public required float Timestep { get; init; }

    // N, denoised together.
    public required int Pictures { get; init; }

    // Which of the scene's controls is the first of them.
    public int FirstControl { get; init; }

    // Scaled so that signal² + spread² = 1, [N,4,h,w].
    public required ReadOnlySpan<float> Input { get; init; }

    // After the step, [N,4,h,w].
    public required ReadOnlySpan<float> Latents { get; init; }

    // With guidance, [N,4,h,w].
    public required ReadOnlySpan<float> Prediction { get; init; }
}

// Called on the thread that edits.
delegate void DenoiseObserver(in DenoiseStep step);
