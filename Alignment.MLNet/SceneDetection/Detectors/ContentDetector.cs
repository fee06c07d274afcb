using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>PySceneDetect's content detector: content_val ≥ threshold is a cut, through its merging flash filter. A frame above threshold
/// that follows the last such one too soon starts merging (once there has been a cut); merging ends at the first frame below that is the
/// minimum length past the last one above, which then becomes the cut if the merged stretch was long enough.</summary>
sealed class ContentDetector(double threshold, MinimumLength minimum) : ICutDetector
{
    double _lastAbove, _mergeFrom;
    long _lastAboveFrame;
    double _lastAboveScore;
    bool _merging, _mayMerge;

    public ScoreKinds Needs => ScoreKinds.Content;

    public void Add(AnalysedFrame frame, Action<SceneCut> found)
    {
        bool above = frame.ContentVal >= threshold, longEnough = minimum.IsMet(_lastAbove, frame.Seconds);
        if (above) (_lastAbove, _lastAboveFrame, _lastAboveScore) = (frame.Seconds, frame.Index, frame.ContentVal);
        if (_merging)
        {
            if (above || !longEnough || !minimum.IsMet(_mergeFrom, _lastAbove)) return;
            _merging = false;
            found(SceneCut.Hard(_lastAboveFrame, _lastAboveScore));
        }
        else if (above && longEnough)
        {
            _mayMerge = true;
            found(SceneCut.Hard(frame.Index, frame.ContentVal));
        }
        else if (above && _mayMerge)
        {
            _merging = true;
            _mergeFrom = frame.Seconds;
        }
    }
}
