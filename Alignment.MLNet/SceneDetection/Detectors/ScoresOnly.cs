using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>Finds no cuts: for a pass that only writes scores down.</summary>
sealed class ScoresOnly : ICutDetector
{
    public ScoreKinds Needs => ScoreKinds.None;

    public void Add(AnalysedFrame frame, Action<SceneCut> found)
    {
    }
}
