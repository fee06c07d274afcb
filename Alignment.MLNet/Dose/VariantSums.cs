using Alignment.MLNet.Statistics;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Metrics;

namespace Alignment.MLNet.Dose;

// What one variant did by one predictor, summed scene by scene: two numbers a video, whatever the number of scenes.
sealed class VariantSums(Variant variant, string predictor)
{
    static readonly string[] s_windows = [.. TemporalWindows.Names];

    readonly ClusteredSums[] _windows = [.. s_windows.Select(_ => new ClusteredSums())];
    readonly ClusteredSums _all = new(), _alignment = new(), _actedOn = new(), _part = new(), _outside = new(), _inside = new();
    readonly AgreementSums _agreement = new(), _ofBaseline = new();
    readonly List<VideoDose> _videos = [];
    readonly Totals _totals = new();
    Totals _video = new();
    long _rightWay, _identical;
    double _largest;

    bool Reference => variant.Strength == VariantStrength.None;

    public IReadOnlyList<VideoDose> Videos => _videos;

    public void Add(SceneDose scene)
    {
        _totals.Add(scene);
        _video.Add(scene);
        double got = scene.ShareDifference;
        _all.Add(scene.VideoId, got);
        _alignment.Add(scene.VideoId, scene.AlignmentDifference);
        int window = Array.IndexOf(s_windows, scene.Window);
        if (window >= 0) _windows[window].Add(scene.VideoId, got);
        if (variant.Window is { } own)
        {
            (window == own ? _inside : _outside).Add(scene.VideoId, got);
            if (window != own)
            {
                if (scene.SamePicture) _identical++;
                _largest = Math.Max(_largest, Math.Abs(got));
            }
        }
        if (scene.ActedOn)
        {
            _actedOn.Add(scene.VideoId, got);
            _part.Add(scene.VideoId, got, scene.Asked);
            if (got * scene.Asked > 0) _rightWay++;
        }
        if (scene.ActedOn || Reference)
        {
            _agreement.Add(scene.Agreement);
            _ofBaseline.Add(scene.AgreementOfBaseline);
        }
    }

    public void EndVideo(string video)
    {
        if (_video is { Scenes: > 0 and var n } v) _videos.Add(new(video, variant.Name, predictor, n, v.ActedOn, v.Before / n,
            v.Baseline / n, v.After / n, v.Dose / n, v.ActedOn == 0 ? null : v.DoseActedOn / v.ActedOn, v.Asked / n));
        _video = new();
    }

    /// <remarks><paramref name="boost"/>: the full boost by the same predictor, for the placebo.</remarks>
    public VariantDose Summary(DoseOptions options, VariantSums? boost)
    {
        double n = Math.Max(1, _totals.Scenes);
        bool reference = Reference, product = variant.Target == VariantTarget.Product;
        var dose = new VariantDose
        {
            Variant = variant.Name,
            Predictor = predictor,
            Scenes = _all.Scenes,
            ActedOn = _actedOn.Scenes,
            ShareBefore = _totals.Before / n,
            ShareAfter = _totals.After / n,
            AlignmentBefore = _totals.AlignmentBefore / n,
            AlignmentAfter = _totals.AlignmentAfter / n,
            TargetShare = _totals.Target / n,
            TargetShareBaseline = _totals.TargetBaseline / n,
            Dose = reference ? null : _all.Estimate(options.Confidence),
            DoseActedOn = reference ? null : _actedOn.Estimate(options.Confidence),
            AlignmentDose = reference ? null : _alignment.Estimate(options.Confidence),
            Windows = reference ? null : [.. TemporalWindows.Names.Select((name, w) =>
                new WindowDose(name, product && variant.ActsIn(w), _windows[w].Estimate(options.Confidence)))],
            Agreement = _agreement.Means(),
            AgreementOfBaseline = reference ? null : _ofBaseline.Means(),
        };
        if (reference || _all.Scenes == 0) return dose;
        if (!product) return dose with { Placebo = Equivalence(dose, options, boost) };
        return dose with
        {
            Manipulation = Moved(dose, options),
            Window = variant.Window is { } own ? OnlyThere(TemporalWindows.Names[own], dose, options) : null
        };
    }

    ManipulationCheck? Moved(VariantDose dose, DoseOptions options)
    {
        if (dose.DoseActedOn is not { } got) return null;
        double asked = _part.MeanW;
        DoseEstimate? part = _part.Estimate(options.Confidence);
        DoseVerdict verdict = part is null || got.Method == IntervalMethod.None ? DoseVerdict.CannotTell
            : (asked > 0 ? got.Above : got.Below) ? DoseVerdict.Shown
            : (asked > 0 ? got.Below : got.Above) ? DoseVerdict.Contradicted : DoseVerdict.NotShown;
        var check = new ManipulationCheck(verdict, got, asked, part, _rightWay, _actedOn.Scenes, "");
        return check with { Sentence = DoseSentences.Manipulation(dose, check, options) };
    }

    WindowCheck OnlyThere(string window, VariantDose dose, DoseOptions options)
    {
        DoseEstimate? inside = _inside.Estimate(options.Confidence), outside = _outside.Estimate(options.Confidence);
        DoseVerdict verdict = outside is null ? DoseVerdict.CannotTell
            : _identical == outside.Scenes || _largest <= options.Margin ? DoseVerdict.Shown
            : outside.Above || outside.Below || _largest > options.Margin && outside.Method == IntervalMethod.NoVariation
            ? DoseVerdict.Contradicted
            : DoseVerdict.NotShown;
        var check = new WindowCheck(verdict, window, inside, outside, _identical, _largest, "");
        return check with { Sentence = DoseSentences.Window(dose, check, options) };
    }

    PlaceboCheck? Equivalence(VariantDose dose, DoseOptions options, VariantSums? boost)
    {
        if (dose.Dose is not { } difference) return null;
        DoseEstimate narrow = _all.Estimate(1 - 2 * options.Alpha)!;
        double? p = difference switch
        {
            { Method: IntervalMethod.None } => null,
            { Method: IntervalMethod.NoVariation } => Math.Abs(difference.Value) < options.Margin ? 0 : 1,
            _ => Math.Max(Tails.StudentUpper((difference.Value + options.Margin) / difference.StandardError!.Value, difference.Df!.Value),
                Tails.StudentUpper((options.Margin - difference.Value) / difference.StandardError.Value, difference.Df.Value)),
        };
        DoseVerdict verdict = p is null ? DoseVerdict.CannotTell
            : p < options.Alpha ? DoseVerdict.Shown
            : narrow.Low > options.Margin || narrow.High < -options.Margin ? DoseVerdict.Contradicted
            : DoseVerdict.NotShown;
        double? moved = boost is { _totals.Scenes: > 0 } ? boost._all.MeanD : null;
        var check = new PlaceboCheck(verdict, options.Margin, options.Alpha, difference, narrow.Low, narrow.High, p,
            moved is { } m && m != 0 ? difference.Value / m : null, moved is { } b && options.Margin > Math.Abs(b) / 2, "");
        return check with { Sentence = DoseSentences.Placebo(dose, check, moved) };
    }

    sealed class Totals
    {
        public long Scenes, ActedOn;
        public double Before, Baseline, After, AlignmentBefore, AlignmentAfter, Target, TargetBaseline, Dose, DoseActedOn, Asked;

        public void Add(SceneDose s)
        {
            Scenes++;
            (Before, Baseline, After) = (Before + s.ShareBefore, Baseline + s.ShareBaseline, After + s.ShareAfter);
            (AlignmentBefore, AlignmentAfter) = (AlignmentBefore + s.AlignmentBefore, AlignmentAfter + s.AlignmentAfter);
            (Target, TargetBaseline) = (Target + s.TargetShare, TargetBaseline + s.TargetShareBaseline);
            (Dose, Asked) = (Dose + s.ShareDifference, Asked + s.Asked);
            if (s.ActedOn) (ActedOn, DoseActedOn) = (ActedOn + 1, DoseActedOn + s.ShareDifference);
        }
    }

    // Means by metric, each over the scenes that have it.
    sealed class AgreementSums
    {
        readonly (double Sum, long Count)[] _metrics = new (double, long)[SaliencyMetrics.All.Count];
        long _scenes, _missing;

        public void Add(IReadOnlyDictionary<string, double?> agreement)
        {
            _scenes++;
            if (agreement.Values.Contains(null)) _missing++;
            foreach (var (i, metric) in SaliencyMetrics.All.Index())
                if (agreement[metric.Name] is { } value) _metrics[i] = (_metrics[i].Sum + value, _metrics[i].Count + 1);
        }

        public Dictionary<string, double?>? Means()
        {
            if (_scenes == 0) return null;
            var means = new Dictionary<string, double?> { ["scenes"] = _scenes };
            foreach (var (metric, (sum, count)) in SaliencyMetrics.All.Zip(_metrics))
                means.Add(metric.Name, count == 0 ? null : sum / count);
            means.Add("missing", _missing);
            return means;
        }
    }
}
