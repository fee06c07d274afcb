namespace Alignment.MLNet.SceneDetection.Detectors;

/// <summary>content_val of a frame ÷ the mean of the two frames before and the two after, at most 255. Below a mean of 1e-5: 255 where
/// content_val is at least <paramref name="least"/>, else 0. Known two frames late; undefined where there are not two frames on either
/// side.</summary>
sealed class AdaptiveRatio(double least)
{
    public const int Radius = 2;

    const int Window = 2 * Radius + 1;
    const double Most = 255, NoChange = 1e-5;

    readonly double[] _scores = new double[Window];
    long _count;

    // Returns the ratio of the frame two before it, or null.
    public double? Add(double score)
    {
        _scores[_count++ % Window] = score;
        if (_count < Window) return null;
        double centre = CentreScore, others = 0;
        for (int i = 0; i < Window; i++)
            if (i != Radius) others += _scores[(_count + i) % Window];
        others /= Window - 1;
        if (Math.Abs(others) >= NoChange) return Math.Min(centre / others, Most);
        return centre >= least ? Most : 0;
    }

    public double CentreScore => _scores[(_count + Radius) % Window];
}
