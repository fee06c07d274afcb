using Alignment.MLNet.Scenes.Frames;

namespace Alignment.MLNet.Scenes;

/// <summary>content_val of the frames, for the strip: of so many that the cuts it has room for are among them, and no more.</summary>
sealed class CutScores
{
    /// <summary>Frames shown on either side of a cut.</summary>
    public const int Radius = 24;

    // Half a megabyte: 87 minutes at 25 frames a second.
    const int MostKept = 1 << 17;

    readonly List<float> _scores = [];

    public void Add(AnalysedFrame frame)
    {
        if (_scores.Count < MostKept) _scores.Add((float)frame.ContentVal);
    }

    /// <summary>The score of a frame, or NaN outside what is known.</summary>
    public float At(long frame) => frame >= 0 && frame < _scores.Count ? _scores[(int)frame] : float.NaN;
}
