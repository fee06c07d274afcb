namespace Alignment.MLNet.Dose;

// What editing itself did by one predictor: the baseline's edits against the untouched stills.
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
        var check = new ArtifactCheck(predictor, _shift.Scenes, _untouched / n, _baseline / n, _shift.Estimate(options.Confidence),
            _alignment.Estimate(options.Confidence), _psnr.Mean, _psnr.Least, _ssim.Mean, _ssim.Least, _lpips.Mean, _lpips.Most,
            _unchanged, _background, "");
        return check with { Sentence = DoseSentences.Artifact(check, lpips, options) };
    }

    sealed class Extent
    {
        double _sum;
        long _count;

        public double? Least { get; private set; }

        public double? Most { get; private set; }

        public double? Mean => _count == 0 ? null : _sum / _count;

        public void Add(double? value)
        {
            if (value is not { } v) return;
            (_sum, _count, Least, Most) = (_sum + v, _count + 1, Math.Min(Least ?? v, v), Math.Max(Most ?? v, v));
        }
    }
}
