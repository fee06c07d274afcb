using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection;

/// <summary>The change of the first frames only: the strip has room for no more. In shares for the default detector, else
/// content_val.</summary>
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

    public float At(long frame) => frame >= 0 && frame < _scores.Count ? _scores[(int)frame] : float.NaN;
}
