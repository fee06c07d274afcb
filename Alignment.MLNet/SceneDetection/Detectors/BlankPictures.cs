namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>Makes one cut of a fade out and the fade in behind it. The one colour between them is no scene of its own where it was faded to
/// or from: the cut is its middle, or the sharp edge where one side is sharp. Where both are sharp it is a scene if it is long
/// enough.</summary>
sealed class BlankPictures(MinimumLength minimum)
{
    Transition? _into;

    public void Add(Transition t, Action<SceneCut, double> cut)
    {
        if (t.Undone) return;
        if (!t.FromBlank)
        {
            // The blank picture that was pending ended without a transition, a title fading in on it: the way into it was the cut.
            // What was only faint was the same scene, darkened.
            if (_into is { Faint: false } alone) cut(CutOf(alone), alone.Seconds);
            _into = null;
        }
        else if (_into is { } into)
        {
            _into = null;
            bool isScene = minimum.IsMet(into.Seconds, t.Seconds);
            if (into.IsHard && t.IsHard && isScene)
            {
                cut(CutOf(into), into.Seconds);
                if (!t.ToBlank) cut(CutOf(t), t.Seconds);
            }
            else if (!t.ToBlank)
            {
                long frame = into.IsHard && !t.IsHard ? into.Frame : t.IsHard && !into.IsHard ? t.Frame : (into.To + t.From) / 2;
                cut(new(frame, CutKind.Fade, into.From, t.To, Math.Max(into.Score, t.Score)),
                    frame == into.Frame ? into.Seconds : frame == t.Frame ? t.Seconds : (into.Seconds + t.Seconds) / 2);
            }
        }
        else if (t.IsHard && !t.ToBlank && minimum.IsMet(0, t.Seconds)) cut(CutOf(t), t.Seconds);   // else: the video began blank
        if (t.ToBlank) _into = t;
        else if (!t.FromBlank) cut(CutOf(t), t.Seconds);
    }

    // picture: there has been a picture again since the last way into one colour.
    public void End(double seconds, bool picture, Action<SceneCut, double> cut)
    {
        // A video that fades out has no scene behind that; one that goes on in one colour for long enough has.
        if (_into is { Faint: false } into && (picture || (into.IsHard && minimum.IsMet(into.Seconds, seconds))))
            cut(CutOf(into), into.Seconds);
    }

    static SceneCut CutOf(Transition t) => t.IsHard ? SceneCut.Hard(t.Frame, t.Score)
        : new(t.Frame, t.FromBlank || t.ToBlank ? CutKind.Fade : CutKind.Dissolve, t.From, t.To, t.Score);
}
