using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>The default detector (docs/scene-cuts.md has the reasoning). A hard cut is a step that stands out of those around it after
/// motion is taken out, changes a good part of the picture, and is not undone before a scene could end (a flash). A gradual one is a
/// stretch of blends of two pictures. Fades through one colour are one cut. Every step is measured to the last frame that
/// differs.</summary>
sealed class ShotDetector(MinimumLength minimum) : ICutDetector
{
    // A pixel has changed when its Y, Cb and Cr did by more than this part of what unrelated pictures differ by, and by the least change.
    internal const double ChangeShare = 0.25;
    internal const double LeastChange = 6;
    // Correlation of brightness above which two pictures are one scene in two lights.
    internal const double SameStructure = 0.85;

    // The same at a hard cut, where it is asked only of pictures with at least this much contrast: layouts repeat, scenes do not.
    const double SameStructureAtOnce = 0.92, LeastContrast = 15;

    // Pictures whose values deviate less from their mean (three planes added up) are of one colour.
    const double BlankContrast = 3;
    // A fade has taken so much of a picture's contrast that this is left.
    const double FadedShare = 0.2;
    // Contrast is back when there is this many times what a fade left.
    const double Regained = 2;
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
    // Amid steps of at least this part of its size that are a move, a cut has to differ by this much.
    const double AsLarge = 0.8, CutAmidMove = 0.5;
    const int NearbyFrames = 3;
    // A change is undone when a frame shortly after is this much nearer to the one before the change than the changed one is, and would be
    // no cut from it.
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
    // Contrast of the last picture that was faded to, and the most since.
    double _contrastAt, _contrastSince;
    double _lastCut;

    public ScoreKinds Needs => ScoreKinds.Picture;

    internal static bool IsBlank(SmallPicture picture) => picture.Contrast < BlankContrast;

    // A picture of one colour, or what a fade has left of the other (the same shapes, faint): a quick fade need not reach its colour.
    internal static bool IsBlankBeside(SmallPicture picture, SmallPicture other) =>
        IsBlank(picture) || (picture.Contrast < FadedShare * other.Contrast && PictureDifference.Structure(picture, other) > SameStructure);

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
        _blanks.End(_ring[_ring.Last].Seconds, _contrastSince > Math.Max(BlankContrast, Regained * _contrastAt),
            (cut, seconds) => Emit(cut, seconds, found));
    }

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
        _contrastSince = Math.Max(_contrastSince, picture.Contrast);
        if (frame > 0 && IsHardCut(frame)) Note(new(frame, frame, frame, _ring.Step(frame), IsBlank(_ring[frame - 1]), IsBlank(picture),
            false, false, picture.Seconds));
        else if (frame > 0 && _gradual!.Find(frame, _handled, last) is var (before, after, middle, score))
            Note(Gradual(before, after, middle, score));
        Settle(picture.Seconds - GradualChange.MostSeconds, found);
    }

    Transition Gradual(long before, long after, long middle, double score)
    {
        SmallPicture a = _ring![before], b = _ring[after];
        bool fromBlank = IsBlankBeside(a, b), toBlank = IsBlankBeside(b, a);
        return new(middle, before + 1, after, score, fromBlank, toBlank, (fromBlank && !IsBlank(a)) || (toBlank && !IsBlank(b)),
            ComesBack(before, after), _ring[Math.Min(middle, _ring.Last)].Seconds);
    }

    bool IsHardCut(long frame)
    {
        double step = _ring!.Step(frame);
        if (step < LeastStep) return false;
        double seconds = _ring[frame].Seconds, mean = PictureDifference.Mean(_ring[frame - 1], _ring[frame]);
        double least = double.MaxValue;
        // The scenes on the two sides, beyond a flash over the cut.
        long before = frame - 1, behind = frame;
        for (int direction = -1; direction <= 1; direction += 2)
        {
            double most = 0;
            for (long i = frame + direction, n = 1; i > _ring.First && i <= _ring.Last; i += direction, n++)
            {
                if (n > NearbyFrames && Math.Abs(_ring[i].Seconds - seconds) > NearbySeconds) break;
                if (_ring.Step(i) * StandsOut > step && Rivals(i, mean))
                {
                    // A flash begins at once and ends at once: one step on a side. Fades and dissolves have many.
                    if ((direction < 0 ? before != frame - 1 : behind != frame) || !IsFlashEdge(i, frame)) return false;
                    (before, behind) = direction < 0 ? (i - 1, behind) : (before, i);
                }
                if (n <= NearbyFrames) most = Math.Max(most, PictureDifference.Mean(_ring[i - 1], _ring[i]));
            }
            least = Math.Min(least, most);
        }
        // In the midst of a fast move, which explains steps as large as this on both sides, what it fails to explain is what came into
        // view.
        if (step < CutAmidMove && least > AsLarge * mean) return false;
        SmallPicture last = _ring[frame - 1], here = _ring[frame];
        if (behind - before > 1 && !AreTwoScenes(_ring[before], _ring[behind])) return false;
        double unrelated = PictureDifference.Unrelated(last, here);
        if (PictureDifference.ChangedShare(last, here, Math.Max(LeastChange, ChangeShare * unrelated)) < LeastArea) return false;
        // Plain pictures are alike in their brightness without being one scene.
        bool lights = Math.Min(last.Contrast, here.Contrast) >= LeastContrast && IsOneSceneAtOnce(last, here);
        return !lights && !IsUndone(frame, step);
    }

    // Whether a large step takes from a cut nearby that it stands out. Steps between a picture and one colour, of a flash or a gap, have
    // their own rules; others are small beside the cut, as in the dark at the foot of a fade.
    bool Rivals(long frame, double mean)
    {
        SmallPicture before = _ring![frame - 1], here = _ring[frame];
        return IsBlank(before) == IsBlank(here) && PictureDifference.Mean(before, here) * StandsOut > mean;
    }

    // Whether a step nearby is where a flash over the cut begins or ends: the pictures between the two are of one colour, or show what lies
    // beyond it in another light.
    bool IsFlashEdge(long step, long cut)
    {
        // A step is named by the picture behind it.
        SmallPicture scene = step > cut ? _ring![step] : _ring![step - 1];
        for (long i = Math.Min(step, cut); i < Math.Max(step, cut); i++)
            if (!IsBlank(_ring[i]) && !IsOneSceneAtOnce(_ring[i], scene)) return false;
        return true;
    }

    static bool IsOneSceneAtOnce(SmallPicture a, SmallPicture b) =>
        PictureDifference.Structure(a, b) > SameStructureAtOnce || OtherLight.IsBent(a, b);

    bool AreTwoScenes(SmallPicture a, SmallPicture b) =>
        !IsBlank(a) && !IsBlank(b) && !OtherLight.IsOneScene(a, b) && Difference(a, b) >= LeastStep;

    // Whether what was before the frame comes back soon, or what is there now was there shortly before.
    bool IsUndone(long frame, double step)
    {
        double most = Math.Min(UndoneShare * step, LeastStep), seconds = _ring![frame].Seconds;
        for (long p = frame - 1; p >= _ring.First && seconds - _ring[p].Seconds <= _flash; p--)
        {
            // Not of the last frame alone: what passes the lens covers a part of it already. Far back only the frame itself is looked for.
            bool near = seconds - _ring[p].Seconds <= LeastFlashSeconds;
            for (long q = Math.Max(frame, p + 2); q <= _ring.Last
                && (q == frame || (near && !minimum.IsMet(seconds, _ring[q].Seconds) && _ring[q].Seconds - seconds <= _flash)); q++)
                if (Difference(_ring[p], _ring[q]) < most) return true;
        }
        return false;
    }

    // Whether the picture after a gradual change was there shortly before it: the second half of a flash, or of something that passed the
    // lens.
    bool ComesBack(long before, long after)
    {
        var picture = _ring![after];
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
        // Two gradual changes without a frame between them are one: the picture in the middle was never held.
        if (_found.Count > 0 && _found[^1] is { IsHard: false, ToBlank: false, Undone: false } earlier && !t.IsHard && !t.FromBlank
            && !t.Undone && t.From <= earlier.To + 1)
        {
            long middle = (earlier.From + t.To) / 2;
            t = t with
            {
                Frame = middle,
                From = earlier.From,
                FromBlank = earlier.FromBlank,
                Faint = earlier.Faint || t.Faint,
                Score = Math.Max(earlier.Score, t.Score),
                Seconds = _ring![middle].Seconds
            };
            _found.RemoveAt(_found.Count - 1);
        }
        // No step of a blend stands out: a flash before a cut to a bright scene only looks like one.
        if (_found.Count > 0 && _found[^1] is { IsHard: false, FromBlank: false, ToBlank: false } soft
            && t is { IsHard: true, FromBlank: false, ToBlank: false } && t.Frame >= soft.From && t.Frame <= soft.To)
            _found.RemoveAt(_found.Count - 1);
        _handled = Math.Max(_handled, t.To);
        if (t.ToBlank)
        {
            (_contrastAt, _contrastSince) = (_ring![t.To].Contrast, 0);
            for (long i = t.To + 1; i < _next; i++) _contrastSince = Math.Max(_contrastSince, _ring[i].Contrast);
        }
        _found.Add(t);
    }

    // Passes on what lies so far back that nothing before it can be found any more.
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
