namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>How one scene passes into the next.</summary>
public enum CutKind
{
    /// <summary>From one frame to the next.</summary>
    Hard,

    /// <summary>The one picture shows through the other for a while.</summary>
    Dissolve,

    /// <summary>Out to one colour and back from it, or only one of both.</summary>
    Fade,
}

/// <summary>Where a scene begins.</summary>
/// <param name="Frame">The first frame of the new scene, counted from 0 in decoding order; the middle of a gradual transition.</param>
/// <param name="Kind">How it begins.</param>
/// <param name="From">First frame of the transition; the cut itself where it is hard.</param>
/// <param name="To">First frame after the transition; the cut itself where it is hard.</param>
/// <param name="Score">The detector's own measure at the cut, in its own units.</param>
public sealed record SceneCut(long Frame, CutKind Kind, long From, long To, double Score)
{
    internal static SceneCut Hard(long frame, double score) => new(frame, CutKind.Hard, frame, frame, score);
}
