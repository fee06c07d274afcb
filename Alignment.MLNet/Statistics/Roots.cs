namespace Alignment.MLNet.Statistics;

// Where a function of one number crosses zero.
static class Roots
{
    /// <summary>A zero between <paramref name="low"/> and <paramref name="high"/>, at which the function has different signs: the Illinois
    /// rule (Dowell &amp; Jarratt, <i>BIT</i> 11, 1971), every third step a bisection, so that it ends whatever the function.
    /// <paramref name="relative"/> is the accuracy of the result; the default is the rounding of a double.</summary>
    internal static double Find(Func<double, double> f, double low, double high, double relative = 4e-16)
    {
        double atLow = f(low), atHigh = f(high);
        if (atLow == 0) return low;
        if (atHigh == 0) return high;
        if (double.IsNaN(atLow) || double.IsNaN(atHigh) || Math.Sign(atLow) == Math.Sign(atHigh))
            throw new ArgumentException(FormattableString.Invariant($"No change of sign between {low} ({atLow}) and {high} ({atHigh})."),
                nameof(f));
        double best = Math.Abs(atLow) < Math.Abs(atHigh) ? low : high, least = Math.Min(Math.Abs(atLow), Math.Abs(atHigh));
        double weightLow = atLow, weightHigh = atHigh;
        for (int i = 0; i < 200 && Math.Abs(high - low) > relative * Math.Max(Math.Abs(low), Math.Abs(high)); i++)
        {
            double x = i % 3 == 2 ? low + (high - low) / 2 : (low * weightHigh - high * weightLow) / (weightHigh - weightLow);
            if (!(x > low && x < high)) x = low + (high - low) / 2;
            if (x == low || x == high) break;
            double at = f(x);
            if (Math.Abs(at) <= least) (best, least) = (x, Math.Abs(at));
            if (at == 0) return x;
            if (Math.Sign(at) == Math.Sign(atLow))
            {
                (low, atLow, weightLow) = (x, at, at);
                weightHigh /= 2;
            }
            else
            {
                (high, atHigh, weightHigh) = (x, at, at);
                weightLow /= 2;
            }
        }
        return best;
    }
}
