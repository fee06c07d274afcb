namespace Alignment.Transforms.Diffusion.Sampling;

readonly record struct DenoiseSettings()
{
    /// <summary>Counted from the first.</summary>
    public int GuidedSteps { get; init; }
    public ControlSteps Control { get; init; }
    public SceneNoise? Noise { get; init; }

    /// <summary>Which of the scene's controls is the loop's first; for the observer.</summary>
    public int FirstControl { get; init; }
    public SourceBlend? Blend { get; init; }

    /// <summary>
    /// Called after the first step, and then after one in <see cref="ObserverInterval"/>; what it sees is copied from the device.
    /// </summary>
    public DenoiseObserver? Observer { get; init; }

    /// <summary>1 or more.</summary>
    public int ObserverInterval { get; init; } = 1;

    /// <summary>With the number of pictures.</summary>
    public Action<int>? OnStep { get; init; }
}
