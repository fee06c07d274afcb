namespace Alignment.MLNet.Statistics;

/// <summary>A sample's size, mean and variance.</summary>
/// <param name="Mean">NaN without values.</param>
/// <param name="Variance">n − 1 in the denominator; NaN for fewer than two values.</param>
readonly record struct Sample(long N, double Mean, double Variance)
{
    // Standard deviation (n − 1).
    public double Sd => Math.Sqrt(Variance);
}

/// <summary>Size, mean and variance in one pass and constant memory (Welford, <i>Technometrics</i> 4, 1962): no sum of squares is kept,
/// from which a large mean would take every digit.</summary>
struct SampleAccumulator
{
    long _n;
    double _mean, _squares;

    public void Add(double value)
    {
        _n++;
        double off = value - _mean;
        _mean += off / _n;
        _squares += off * (value - _mean);
    }

    /// <summary>Takes in the values another accumulator has seen, as if they had been added here (Chan, Golub &amp; LeVeque, <i>The
    /// American Statistician</i> 37, 1983).</summary>
    public void Merge(SampleAccumulator other)
    {
        if (other._n == 0) return;
        if (_n == 0)
        {
            this = other;
            return;
        }
        double n = _n, m = other._n, off = other._mean - _mean;
        _n += other._n;
        _mean += off * (m / _n);
        _squares += other._squares + off * off * (n * (m / _n));
    }

    // Σ (value − mean)², 0 without values.
    internal readonly double Squares => _squares;

    public readonly Sample Sample => new(_n, _n == 0 ? double.NaN : _mean, _n < 2 ? double.NaN : _squares / (_n - 1));
}
