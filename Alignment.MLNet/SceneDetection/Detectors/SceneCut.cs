namespace Alignment.MLNet.SceneDetection.Detectors;

// How one scene passes into the next.
enum CutKind
{
    // From one frame to the next.
    Hard,

    // The one picture shows through the other for a while.
    Dissolve,

    // Out to one colour and back from it, or only one of both.
    Fade,
}

/// <summary>Where a scene begins: Frame, from 0 in decoding order, is its first, or the middle of a gradual transition, which From and To
/// (exclusive) bound; Score is the detector's own measure, in its own units.</summary>
sealed record SceneCut(long Frame, CutKind Kind, long From, long To, double Score)
{
    internal static SceneCut Hard(long frame, double score) => new(frame, CutKind.Hard, frame, frame, score);
}
