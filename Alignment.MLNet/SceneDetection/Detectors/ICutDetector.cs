using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

// Looks at frames one after the other and says where scenes begin. Its memory does not grow with the video.
interface ICutDetector
{
    ScoreKinds Needs { get; }

    // Takes the next frame; tells found of cuts it is now sure of, in order.
    void Add(AnalysedFrame frame, Action<SceneCut> found);

    void End(Action<SceneCut> found)
    {
    }
}
