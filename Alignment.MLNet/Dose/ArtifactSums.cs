namespace Alignment.MLNet.Dose;

/// <summary>What editing itself did by one predictor: the baseline's edits against the untouched stills.</summary>
sealed class ArtifactSums(string predictor)
{
    readonly ClusteredSums _shift = new(), _alignment = new();
    readonly Extent _psnr = new(), _ssim = new(), _lpips = new();
    double _untouched, _baseline;
    long _unchanged;
    int _background;

    public void Add(string video, ScorePair untouched, ScorePair baseline, ArtifactFacts facts)
    {
        _shift.Add(video, baseline.Share - untouched.Share);
        _alignment.Add(video, baseline.Alignment - untouched.Alignment);
        (_untouched, _baseline) = (_untouched + untouched.Share, _baseline + baseline.Share);
        if (facts.Unchanged) _unchanged++;
        _background = Math.Max(_background, facts.BackgroundMaxDifference);
        _psnr.Add(facts.PsnrDb);
        _ssim.Add(facts.Ssim);
        _lpips.Add(facts.Lpips);
    }

    public ArtifactCheck Summary(DoseOptions options, LpipsModel? lpips)
    {
        double n = Math.Max(1, _shift.Scenes);
        var check = new ArtifactCheck
        {
            Predictor = predictor,
            Scenes = _shift.Scenes,
            ShareUntouched = _untouched / n,
            ShareBaseline = _baseline / n,
            Shift = _shift.Estimate(options.Confidence),
            AlignmentShift = _alignment.Estimate(options.Confidence),
            PsnrDb = _psnr.Mean,
            PsnrDbLowest = _psnr.Least,
            Ssim = _ssim.Mean,
            SsimLowest = _ssim.Least,
            Lpips = _lpips.Mean,
            LpipsHighest = _lpips.Most,
            Unchanged = _unchanged,
            BackgroundMaxDifference = _background,
            Sentence = "",
        };
        return check with { Sentence = DoseSentences.Artifact(check, lpips, options) };
    }

    sealed class Extent
    {
        double _sum;
        long _n;

        public double? Least { get; private set; }

        public double? Most { get; private set; }

        public double? Mean => _n == 0 ? null : _sum / _n;

        public void Add(double? value)
        {
            if (value is not { } v) return;
            _n++;
            _sum += v;
            (Least, Most) = (Math.Min(Least ?? v, v), Math.Max(Most ?? v, v));
        }
    }
}
