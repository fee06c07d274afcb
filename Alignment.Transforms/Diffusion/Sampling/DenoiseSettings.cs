namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>How a run of the denoising loop goes.</summary>
readonly record struct DenoiseSettings()
{
    /// <summary>Steps with guidance, counted from the first.</summary>
    public int GuidedSteps { get; init; }

    public ControlSteps Control { get; init; }

    /// <summary>For samplers that add noise in each step; null where none does.</summary>
    public SceneNoise? Noise { get; init; }

    /// <summary>Which of the scene's controls is the loop's first; for the observer.</summary>
    public int FirstControl { get; init; }

    /// <summary>The source each sample is blended with; null for none.</summary>
    public SourceBlend? Blend { get; init; }

    /// <summary>Called after the first step, and from there after one in <see cref="ObserverInterval"/>; what the step did is copied from
    /// the device for it.</summary>
    public DenoiseObserver? Observer { get; init; }

    /// <summary>1 or more.</summary>
    public int ObserverInterval { get; init; } = 1;

    /// <summary>Called after each step with the number of pictures; null for none.</summary>
    public Action<int>? OnStep { get; init; }
}
