using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Transforms.Diffusion.Editing;

/// <summary>Some of a run's steps, and what happens in them.</summary>
readonly struct DenoiseSteps
{
    public required IScheduler Scheduler { get; init; }

    /// <summary>The scheduler's model call that is step 0 of the run.</summary>
    public required int FirstCall { get; init; }

    /// <summary>Steps of the whole run.</summary>
    public required int Count { get; init; }

    /// <summary>The first of these steps.</summary>
    public required int From { get; init; }

    /// <summary>The step after the last of these.</summary>
    public required int To { get; init; }

    public required ControlSteps Control { get; init; }

    /// <summary>g; not read by a loop without guidance.</summary>
    public required float Guidance { get; init; }

    /// <summary>For samplers that add noise in each step; null where none does.</summary>
    public SceneNoise? Noise { get; init; }

    /// <summary>Which of the scene's controls is the first of the loop's; for the observer.</summary>
    public int First { get; init; }

    /// <summary>What of each sample is the source's; null for nothing.</summary>
    public SourceBlend? Keep { get; init; }

    /// <summary>Called after each step; null for none.</summary>
    public DenoiseObserver? Observer { get; init; }
}
