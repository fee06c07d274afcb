using Alignment.MLNet.Scenes.Frames;

namespace Alignment.MLNet.Scenes.Detectors;

/// <summary>Finds no cuts: for a pass that only writes scores down.</summary>
sealed class ScoresOnly : ICutDetector
{
    public ScoreKinds Needs => ScoreKinds.None;

    public void Add(AnalysedFrame frame, Action<SceneCut> found)
    {
    }

    public void End(Action<SceneCut> found)
    {
    }
}
