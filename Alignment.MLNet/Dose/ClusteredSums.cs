using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Dose;

/// <summary>
/// The mean of scenes' differences, or the ratio Σd / Σw of two of their numbers, with an interval that allows any dependence between
/// scenes of one video.
/// </summary>
/// <remarks>
/// Let R = Σd / Σw (w = 1: the mean), e = d − R w, E_g the sum of e over video g, h_g its part of Σw. With two videos or more the variance
/// is
/// <c>Σ E_g² / (1 − h_g) / (Σw)²</c>: the sandwich of Liang and Zeger (<i>Biometrika</i> 73, 1986) with Bell and McCaffrey's correction for
/// few clusters (CR2; <i>Survey Methodology</i> 28, 2002), made on the videos' sums, so that it is unbiased where scenes are independent
/// with variance in proportion to w; t has Satterthwaite's degrees of freedom <c>1 / (Σh² + (Σ h²/(1−h))² − Σ h⁴/(1−h)²)</c>, which are G −
/// 1 for videos of one size (Pustejovsky and Tipton,
/// <i>J. Business &amp; Economic Statistics</i> 36, 2018). For a ratio this is the linearised estimator of survey sampling (Cochran,
/// <i>Sampling Techniques</i>, 1977, ch. 6). With one video nothing is known between videos: scenes are taken for independent, variance
/// <c>n/(n−1) Σe² / (Σw)²</c>, t with n − 1. Memory is two numbers a video.
/// </remarks>
sealed class ClusteredSums
{
    readonly List<(double D, double W)> _videos = [];
    string? _video;
    PairAccumulator _pairs;   // (w, d)
    double _least = double.PositiveInfinity, _most = double.NegativeInfinity;

    public long Scenes => _pairs.Sample.N;

    // Σd / n.
    public double MeanD => _pairs.Sample.MeanY;

    // Σw / n.
    public double MeanW => _pairs.Sample.MeanX;

    // Adds a scene; those of a video come together.
    public void Add(string video, double d, double w = 1)
    {
        if (video != _video)
        {
            _videos.Add(default);
            _video = video;
        }
        _videos[^1] = (_videos[^1].D + d, _videos[^1].W + w);
        _pairs.Add(w, d);
        (_least, _most) = (Math.Min(_least, d), Math.Max(_most, d));
    }

    /// <summary>The estimate; null without scenes, or where Σw is 0.</summary>
    /// <param name="confidence">Of the interval, 0..1.</param>
    public DoseEstimate? Estimate(double confidence)
    {
        PairSample pairs = _pairs.Sample;
        if (pairs.N == 0 || Math.Abs(pairs.MeanX) < 1e-12) return null;
        double ratio = pairs.MeanY / pairs.MeanX;
        DoseEstimate With(double? error, double? df, double? low, double? high, double? p, IntervalMethod method) =>
            new(ratio, error, df, low, high, p, pairs.N, _videos.Count, method);
        if (pairs.N > 1 && _least == _most && pairs.VarianceX == 0)
            return With(0, null, ratio, ratio, null, IntervalMethod.NoVariation);
        var (error, df) = pairs.N < 2 ? (0, 0) : _videos.Count > 1 ? Between(ratio, pairs) : Within(ratio, pairs);
        if (!(error > 0)) return With(null, null, null, null, null, IntervalMethod.None);
        double half = Tails.StudentQuantile(confidence, df) * error;
        return With(error, df, ratio - half, ratio + half, Tails.StudentTwoSided(ratio / error, df),
            _videos.Count > 1 ? IntervalMethod.ByVideo : IntervalMethod.ScenesOfOneVideo);
    }

    (double Error, double Df) Within(double ratio, PairSample pairs)
    {
        // Residuals add up to 0, so that their squares are those of the centred sums.
        double squares = Math.Max(0, _pairs.Syy - 2 * ratio * _pairs.Sxy + ratio * ratio * _pairs.Sxx), n = pairs.N;
        return (Math.Sqrt(squares / (n * (n - 1))) / Math.Abs(pairs.MeanX), n - 1);
    }

    (double Error, double Df) Between(double ratio, PairSample pairs)
    {
        double total = pairs.MeanX * pairs.N, variance = 0, plain = 0, two = 0, corrected = 0, four = 0;
        bool parts = true;
        foreach (var (d, w) in _videos)
        {
            double e = (d - ratio * w) / total, h = w / total;
            parts &= h is >= 0 and < 1;
            plain += e * e;
            variance += e * e / (1 - h);
            two += h * h;
            corrected += h * h / (1 - h);
            four += h * h * h * h / ((1 - h) * (1 - h));
        }
        int g = _videos.Count;
        // Weights of both signs are no parts of a whole: then the plain small-sample factor.
        return parts ? (Math.Sqrt(variance), 1 / (two + corrected * corrected - four))
            : (Math.Sqrt(plain * g / (g - 1.0)), g - 1);
    }
}
