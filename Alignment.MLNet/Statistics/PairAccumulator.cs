namespace Alignment.MLNet.Statistics;

/// <summary>Size, means, variances and covariance (n − 1 in the denominator) of pairs (x, y).</summary>
/// <param name="MeanX">Mean of x; NaN without pairs.</param>
/// <param name="VarianceX">NaN for fewer than two pairs.</param>
/// <param name="VarianceY">NaN for fewer than two pairs.</param>
/// <param name="Covariance">NaN for fewer than two pairs.</param>
readonly record struct PairSample(long N, double MeanX, double MeanY, double VarianceX, double VarianceY, double Covariance)
{
    public Sample Y => new(N, MeanY, VarianceY);
}

/// <summary>Sums of pairs (x, y) in one pass and constant memory, mergeable: Welford's update of the co-moment, and Chan, Golub &amp;
/// LeVeque's merge (<i>The American Statistician</i> 37, 1983).</summary>
struct PairAccumulator
{
    long _n;
    double _meanX, _meanY, _xx, _yy, _xy;

    public void Add(double x, double y)
    {
        _n++;
        double offX = x - _meanX, offY = y - _meanY;
        _meanX += offX / _n;
        _meanY += offY / _n;
        _xx += offX * (x - _meanX);
        _yy += offY * (y - _meanY);
        _xy += offX * (y - _meanY);
    }

    public void Merge(PairAccumulator other)
    {
        if (other._n == 0) return;
        if (_n == 0)
        {
            this = other;
            return;
        }
        double n = _n, m = other._n, offX = other._meanX - _meanX, offY = other._meanY - _meanY;
        _n += other._n;
        double weight = n * (m / _n);
        _meanX += offX * (m / _n);
        _meanY += offY * (m / _n);
        _xx += other._xx + offX * offX * weight;
        _yy += other._yy + offY * offY * weight;
        _xy += other._xy + offX * offY * weight;
    }

    // Σ (x − x̄)².
    internal readonly double Sxx => _xx;

    // Σ (y − ȳ)².
    internal readonly double Syy => _yy;

    // Σ (x − x̄)(y − ȳ).
    internal readonly double Sxy => _xy;

    public readonly PairSample Sample => _n == 0
        ? new(0, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN)
        : new(_n, _meanX, _meanY, Over(_xx), Over(_yy), Over(_xy));

    readonly double Over(double sum) => _n < 2 ? double.NaN : sum / (_n - 1);
}
