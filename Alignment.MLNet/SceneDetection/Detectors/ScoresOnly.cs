using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

sealed class ScoresOnly : ICutDetector
{
    public ScoreKinds Needs => ScoreKinds.None;

    public void Add(AnalysedFrame frame, Action<SceneCut> found)
    {
    }
}
