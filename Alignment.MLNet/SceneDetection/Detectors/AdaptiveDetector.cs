using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>PySceneDetect's adaptive detector: a cut where content_val stands out of its four neighbours (<see cref="AdaptiveRatio"/>) and
/// is at least <paramref name="least"/>; the minimum length counts from the last cut to the frame at which this is decided.</summary>
sealed class AdaptiveDetector(double threshold, double least, MinimumLength minimum) : ICutDetector
{
    readonly AdaptiveRatio _ratio = new(least);
    // Times of the last frames, so that a cut's own time is known two frames later.
    readonly double[] _seconds = new double[AdaptiveRatio.Radius + 1];
    double _lastCut;

    public ScoreKinds Needs => ScoreKinds.Content;

    public void Add(AnalysedFrame frame, Action<SceneCut> found)
    {
        _seconds[frame.Index % _seconds.Length] = frame.Seconds;
        double? ratio = _ratio.Add(frame.ContentVal);
        if (!(ratio >= threshold) || !(_ratio.CentreScore >= least) || !minimum.IsMet(_lastCut, frame.Seconds)) return;
        long cut = frame.Index - AdaptiveRatio.Radius;
        _lastCut = _seconds[cut % _seconds.Length];
        found(SceneCut.Hard(cut, ratio.Value));
    }
}
