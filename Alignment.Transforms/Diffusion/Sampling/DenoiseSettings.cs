namespace Alignment.Transforms.Diffusion.Sampling;

readonly record struct DenoiseSettings()
{
    // Counted from the first.
    public int GuidedSteps { get; init; }
    public ControlSteps Control { get; init; }
    public SceneNoise? Noise { get; init; }

    // Which of the scene's controls is the loop's first; for the observer.
    public int FirstControl { get; init; }
    public SourceBlend? Blend { get; init; }

    /// <summary>
    /// Called after the first step, and then after one in <see cref="ObserverInterval"/>; what it sees is copied from the device.
    /// </summary>
    public DenoiseObserver? Observer { get; init; }

    // 1 or more.
    public int ObserverInterval { get; init; } = 1;

    // With the number of pictures.
    public Action<int>? OnStep { get; init; }
}
