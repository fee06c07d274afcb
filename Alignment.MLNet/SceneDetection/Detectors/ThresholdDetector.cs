using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>PySceneDetect's threshold detector, for fades: a frame whose mean B, G, R lies below the threshold is dark; where dark turns
/// light a scene begins, half way between the first dark and the first light frame. A video that ends dark gets no cut there.</summary>
sealed class ThresholdDetector(double threshold, MinimumLength minimum) : ICutDetector
{
    bool _dark;
    long _darkFrom;
    double _lastLight;

    public ScoreKinds Needs => ScoreKinds.Average;

    public void Add(AnalysedFrame frame, Action<SceneCut> found)
    {
        bool dark = frame.AverageRgb < threshold;
        if (dark && (!_dark || frame.Index == 0)) _darkFrom = frame.Index;
        if (!dark && _dark && minimum.IsMet(_lastLight, frame.Seconds))
        {
            long cut = _darkFrom + (long)Math.Round((frame.Index - _darkFrom) / 2.0, MidpointRounding.ToEven);
            _lastLight = frame.Seconds;
            found(new(cut, CutKind.Fade, _darkFrom, frame.Index, threshold - frame.AverageRgb));
        }
        _dark = dark;
    }
}
