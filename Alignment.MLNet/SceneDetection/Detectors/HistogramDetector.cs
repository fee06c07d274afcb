using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>PySceneDetect's histogram detector: a cut where the luminance histogram correlates with the frame before's by at most 1 −
/// threshold.</summary>
sealed class HistogramDetector(double threshold, MinimumLength minimum) : ICutDetector
{
    readonly double _most = 1 - threshold;
    double _lastCut;

    public ScoreKinds Needs => ScoreKinds.Histogram;

    public void Add(AnalysedFrame frame, Action<SceneCut> found)
    {
        // NaN for the first frame: no.
        if (!(frame.HistDiff <= _most) || !minimum.IsMet(_lastCut, frame.Seconds)) return;
        _lastCut = frame.Seconds;
        found(SceneCut.Hard(frame.Index, 1 - frame.HistDiff));
    }
}
