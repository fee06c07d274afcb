namespace Alignment.MLNet.Analysis;

/// <summary>A sample's size, mean and variance.</summary>
/// <param name="N">Number of values.</param>
/// <param name="Mean">NaN without values.</param>
/// <param name="Variance">n − 1 in the denominator; NaN for fewer than two values.</param>
public readonly record struct Sample(long N, double Mean, double Variance)
{
    /// <summary>Standard deviation (n − 1).</summary>
    public double Sd => Math.Sqrt(Variance);
}

/// <summary>
/// Size, mean and variance in one pass and constant memory (Welford, <i>Technometrics</i> 4, 1962): no sum of squares
/// is kept, from which a large mean would take every digit.
/// </summary>
public struct SampleAccumulator
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

    public readonly Sample Sample => new(_n, _n == 0 ? double.NaN : _mean, _n < 2 ? double.NaN : _squares / (_n - 1));
}
