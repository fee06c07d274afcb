using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>Looks at frames one after the other and says where scenes begin. Its memory does not grow with the video.</summary>
interface ICutDetector
{
    ScoreKinds Needs { get; }

    /// <summary>Takes the next frame; tells <paramref name="found"/> of cuts it is now sure of, in order.</summary>
    void Add(AnalysedFrame frame, Action<SceneCut> found);

    /// <summary>There are no more frames.</summary>
    void End(Action<SceneCut> found)
    {
    }
}
