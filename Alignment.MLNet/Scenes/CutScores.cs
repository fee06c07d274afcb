using Alignment.MLNet.Scenes.Frames;

namespace Alignment.MLNet.Scenes;

/// <summary>content_val around the cuts, for the strip. Cuts are known only after the frames behind them, so the last frames' scores are remembered, and those of the first cuts kept.</summary>
sealed class CutScores
{
    /// <summary>Frames shown on either side of a cut.</summary>
    public const int Radius = 24;

    /// <summary>Scores that are kept in all; beyond it the strip shows no more cuts.</summary>
    const int MostKept = 1 << 17;

    readonly List<float> _scores = [];

    public void Add(AnalysedFrame frame)
    {
        if (_scores.Count < MostKept) _scores.Add((float)frame.ContentVal);
    }

    /// <summary>The score of a frame, or NaN outside what is known.</summary>
    public float At(long frame) => frame >= 0 && frame < _scores.Count ? _scores[(int)frame] : float.NaN;
}
