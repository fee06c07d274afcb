using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection;

/// <summary>How much each frame changed, for the strip: of the first frames only, among which are the cuts that it has room for.</summary>
/// <param name="shots">True for the default detector's own measure, a share; false for content_val.</param>
sealed class CutScores(bool shots)
{
    public const int Radius = 24;

    // Half a megabyte: 87 minutes at 25 frames a second.
    const int MostKept = 1 << 17;

    readonly List<float> _scores = [];

    public string Name => shots ? "change" : "content_val";

    public float Most => shots ? 1 : 60;

    public void Add(AnalysedFrame frame)
    {
        if (_scores.Count < MostKept) _scores.Add((float)(shots ? frame.Change : frame.ContentVal));
    }

    /// <summary>The score of a frame, or NaN outside what is known.</summary>
    public float At(long frame) => frame >= 0 && frame < _scores.Count ? _scores[(int)frame] : float.NaN;
}
