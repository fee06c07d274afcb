using Alignment.MLNet.Scenes.Frames;
using Alignment.MLNet.Scenes.Shots;

namespace Alignment.MLNet.Scenes.Detectors;

/// <summary>
/// The default detector (docs/scene-cuts.md has the reasoning). A hard cut is a step to another picture that stands out of the steps around
/// it after motion is taken out, changes a good part of the picture, and is not undone before a scene could end (a flash). A gradual
/// one is a stretch of blends of two different pictures. Fades through one colour are one cut. Repeated frames are passed over:
/// every step is measured to the last frame that differs.
/// </summary>
sealed class ShotDetector(MinimumLength minimum) : ICutDetector
{
    /// <summary>A pixel has changed when its Y, Cb and Cr did by more than this part of what unrelated pictures differ by …</summary>
    internal const double ChangeShare = 0.25;
    /// <summary>… and by more than this.</summary>
    internal const double LeastChange = 6;
    /// <summary>Correlation of brightness above which two pictures are one scene in two lights.</summary>
    internal const double SameStructure = 0.85;

    // The same at a hard cut, where it is asked only of pictures with at least this much contrast: layouts repeat, scenes do not.
    const double SameStructureAtOnce = 0.92, LeastContrast = 15;

    // Pictures whose values deviate less from their mean (three planes added up) are of one colour.
    const double BlankContrast = 3;
    // A fade has taken so much of a picture's contrast that this is left.
    const double FadedShare = 0.2;
    // Mean differences below this (three planes added up) are a repeated frame, coded again.
    const double Repeated = 0.35;
    // A frame without motion in reach of this needs no search: it is less than the least cut.
    const double NeedsSearch = 0.2;
    // Least difference at a hard cut, motion taken out, as a share of the difference of unrelated pictures.
    const double LeastStep = 0.3;
    // Least part of the picture that changes.
    const double LeastArea = 0.2;
    // A cut's step against the largest other step nearby.
    const double StandsOut = 2;
    const double NearbySeconds = 0.17;
    const int NearbyFrames = 3;
    // A change is undone when a frame shortly after is this much nearer to the one before the change than the changed one is.
    const double UndoneShare = 0.5;
    const double LeastFlashSeconds = 0.2, MostFlashSeconds = 1;
    // The last distinct frame is not held longer than this.
    const int MostRepeats = 50;

    readonly MotionMatch _match = new();
    readonly double _flash = Math.Clamp(minimum.Seconds, LeastFlashSeconds, MostFlashSeconds);
    readonly BlankPictures _blanks = new(minimum);
    readonly List<Transition> _found = [];
    PictureRing? _ring;
    GradualChange? _gradual;
    long _distinct, _next, _handled;
    double _lastCut;

    public ScoreKinds Needs => ScoreKinds.Picture;

    /// <summary>A picture of one colour.</summary>
    internal static bool IsBlank(SmallPicture picture) => picture.Contrast < BlankContrast;

    /// <summary>A picture of one colour, or what a fade has left of the other: a quick fade need not reach its colour.</summary>
    internal static bool IsBlankBeside(SmallPicture picture, SmallPicture other) => IsBlank(picture) || picture.Contrast < FadedShare * other.Contrast;

    public void Add(AnalysedFrame frame, Action<SceneCut> found)
    {
        if (_ring is null)
        {
            _ring = new(frame.Width, frame.Height);
            _gradual = new(_ring, _match);
        }
        var picture = _ring.Add(frame);
        frame.Change = frame.Index == 0 ? 0 : Measure(picture);
        _ring.SetStep(frame.Change);
        while (_next < _ring.Last && picture.Seconds - _ring[_next].Seconds >= _flash) Examine(_next++, last: false, found);
    }

    public void End(Action<SceneCut> found)
    {
        if (_ring is null) return;
        while (_next <= _ring.Last) Examine(_next++, last: true, found);
        Settle(double.MaxValue, found);
        _blanks.End(_ring[_ring.Last].Seconds, (cut, seconds) => Emit(cut, seconds, found));
    }

    /// <summary>The step from the last distinct frame to this one.</summary>
    double Measure(SmallPicture picture)
    {
        var before = _ring![_distinct];
        double mean = PictureDifference.Mean(before, picture);
        if (mean < Repeated)
        {
            if (picture.Index - _distinct >= MostRepeats) _distinct = picture.Index;
            return 0;
        }
        _distinct = picture.Index;
        double unrelated = PictureDifference.Unrelated(before, picture), share = mean / unrelated;
        return share < NeedsSearch ? share : _match.Left(before, picture) / unrelated;
    }

    void Examine(long frame, bool last, Action<SceneCut> found)
    {
        var picture = _ring![frame];
        if (!IsBlank(picture)) _blanks.SeePicture(frame);
        if (frame > 0 && IsHardCut(frame)) Note(new(frame, frame, frame, _ring.Step(frame), IsBlank(_ring[frame - 1]), IsBlank(picture), false, picture.Seconds));
        else if (frame > 0 && _gradual!.Find(frame, _handled, last) is var (before, after, middle, score))
            Note(new(middle, before + 1, after, score, IsBlankBeside(_ring[before], _ring[after]), IsBlankBeside(_ring[after], _ring[before]), ComesBack(before, after), _ring[Math.Min(middle, _ring.Last)].Seconds));
        Settle(picture.Seconds - GradualChange.MostSeconds, found);
    }

    bool IsHardCut(long frame)
    {
        double step = _ring!.Step(frame);
        if (step < LeastStep) return false;
        double seconds = _ring[frame].Seconds;
        for (int direction = -1; direction <= 1; direction += 2)
        {
            for (long i = frame + direction, n = 1; i > _ring.First && i <= _ring.Last; i += direction, n++)
            {
                if (n > NearbyFrames && Math.Abs(_ring[i].Seconds - seconds) > NearbySeconds) break;
                if (_ring.Step(i) * StandsOut > step) return false;
            }
        }
        SmallPicture before = _ring[frame - 1], here = _ring[frame];
        double unrelated = PictureDifference.Unrelated(before, here);
        if (PictureDifference.ChangedShare(before, here, Math.Max(LeastChange, ChangeShare * unrelated)) < LeastArea) return false;
        // Plain pictures are alike in their brightness without being one scene.
        bool lights = Math.Min(before.Contrast, here.Contrast) >= LeastContrast && PictureDifference.Structure(before, here) > SameStructureAtOnce;
        return !lights && !IsUndone(frame, step);
    }

    /// <summary>Whether what was before the frame comes back soon, or what is there now was there shortly before.</summary>
    bool IsUndone(long frame, double step)
    {
        double seconds = _ring![frame].Seconds;
        for (long i = frame + 1; i <= _ring.Last && _ring[i].Seconds - seconds <= _flash; i++)
            if (Difference(_ring[frame - 1], _ring[i]) < UndoneShare * step) return true;
        for (long i = frame - 2; i >= _ring.First && seconds - _ring[i].Seconds <= _flash; i--)
            if (Difference(_ring[i], _ring[frame]) < UndoneShare * step) return true;
        return false;
    }

    /// <summary>Whether the picture after a gradual change was there shortly before it: the second half of a flash.</summary>
    bool ComesBack(long before, long after)
    {
        var picture = _ring![after];
        if (!IsBlankBeside(_ring[before], picture)) return false;
        for (long i = before - 1; i >= _ring.First && picture.Seconds - _ring[i].Seconds <= _flash; i--)
            if (!IsBlank(_ring[i]) && Difference(_ring[i], picture) < UndoneShare * LeastStep) return true;
        return false;
    }

    double Difference(SmallPicture a, SmallPicture b)
    {
        double unrelated = PictureDifference.Unrelated(a, b), share = PictureDifference.Mean(a, b) / unrelated;
        return share < NeedsSearch / 2 ? share : _match.Left(a, b) / unrelated;
    }

    void Note(Transition t)
    {
        _handled = Math.Max(_handled, t.To);
        _found.Add(t);
    }

    /// <summary>Passes on what lies so far back that nothing before it can be found any more.</summary>
    void Settle(double until, Action<SceneCut> found)
    {
        if (_found.Count == 0 || _found[0].Seconds > until) return;
        _found.Sort((a, b) => a.Frame.CompareTo(b.Frame));
        int n = 0;
        for (; n < _found.Count && _found[n].Seconds <= until; n++) _blanks.Add(_found[n], (cut, seconds) => Emit(cut, seconds, found));
        _found.RemoveRange(0, n);
    }

    void Emit(SceneCut cut, double seconds, Action<SceneCut> found)
    {
        if (cut.Frame <= 0 || !minimum.IsMet(_lastCut, seconds)) return;
        _lastCut = seconds;
        found(cut);
    }
}
