namespace Alignment.Transforms.Diffusion.Sampling;

/// <summary>What happens in the steps of a run.</summary>
readonly struct DenoiseSteps
{
    /// <summary>The first so many have guidance.</summary>
    public required int Guided { get; init; }

    public required ControlSteps Control { get; init; }

    /// <summary>For samplers that add noise in each step; null where none does.</summary>
    public SceneNoise? Noise { get; init; }

    /// <summary>Which of the scene's controls is the first of the loop's; for the observer.</summary>
    public int First { get; init; }

    /// <summary>What of each sample is the source's; null for nothing.</summary>
    public SourceBlend? Keep { get; init; }

    /// <summary>Called after the first step, and from there after one in <see cref="ObservedEvery"/>, with what it did, which is brought to the processor for that; null for none.</summary>
    public DenoiseObserver? Observer { get; init; }

    /// <summary>1 or more.</summary>
    public required int ObservedEvery { get; init; }

    /// <summary>Called after each step with the number of pictures; null for none.</summary>
    public Action<int>? Counted { get; init; }
}
