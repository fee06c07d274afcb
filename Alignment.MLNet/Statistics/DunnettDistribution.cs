namespace Alignment.MLNet.Statistics;

/// <summary>The distribution of the largest of several t statistics that share a baseline: the quadrature of
/// <see cref="DunnettTest"/>.</summary>
/// <remarks>
/// With λ² near 1 (a baseline far smaller than the variants) the integrand over z changes within √(1−λ²)/λ; the step follows it down to
/// 0.01, so that the absolute error is about 1e-13 up to variants a thousand times the baseline, and below 1e-3 beyond.
/// </remarks>
sealed class DunnettDistribution(double[] lambdaSquared, double df, DunnettSide side)
{
    const double Reach = 8.5;   // φ(8.5) ≈ 8e-17
    const double FarthestTail = 30;   // beyond it no double is left of a normal tail
    const double SmallestStep = 0.01;
    readonly int _variants = lambdaSquared.Length;
    // Variants of one size are one factor, to the power of their number: a balanced design costs no more than one variant.
    readonly double[] _lambda = [.. lambdaSquared.Distinct().Select(Math.Sqrt)],
        _rest = [.. lambdaSquared.Distinct().Select(l => Math.Sqrt(1 - l))],
        _times = [.. lambdaSquared.GroupBy(l => l).Select(g => (double)g.Count())];

    // P(max ≥ c), of |T| for two sides. The tail itself is summed, so that small p-values keep their digits.
    internal double Upper(double c)
    {
        if (side == DunnettSide.TwoSided && c <= 0) return 1;
        double narrowest = _rest.Min();
        double step = Math.Max(SmallestStep, Math.Min(0.25, narrowest / 3));
        // Given max = c, z lies around λc: a far tail needs nodes there too.
        int nodes = (int)((Reach + _lambda.Max() * Math.Min(Math.Abs(c), FarthestTail)) / step);
        var (s, weight) = ChiMixture.Nodes(df, Math.Min(Math.Abs(c) / narrowest, 1e3));
        double tail = 0, whole = 0;
        // Both sides: the integrand is the same at −z.
        bool even = side == DunnettSide.TwoSided;
        for (int i = even ? 0 : -nodes; i <= nodes; i++)
        {
            double z = i * step, density = Math.Exp(-z * z / 2) * (even && i > 0 ? 2 : 1), given = 0;
            whole += density;
            for (int j = 0; j < s.Length; j++)
                if (weight[j] > 1e-22) given += weight[j] * Outside(c * s[j], z);
            tail += density * given;
        }
        return Math.Min(1, tail / whole);
    }

    /// <summary>c with P(max ≤ c) = <paramref name="confidence"/>.</summary>
    internal double Quantile(double confidence)
    {
        double alpha = 1 - confidence;
        // Between one comparison's quantile and Bonferroni's.
        double one = side == DunnettSide.TwoSided ? confidence : 2 * confidence - 1;
        double low = one > 0 ? Tails.StudentQuantile(one, df) : -Tails.StudentQuantile(1 - 2 * confidence, df);
        double high = Tails.StudentQuantile(side == DunnettSide.TwoSided ? 1 - alpha / _variants : 1 - 2 * alpha / _variants, df);
        if (_variants == 1) return low;
        // A hair wider, so that rounding at the ends (independence is Bonferroni's near limit) cannot hide the change of sign.
        return Roots.Find(c => Upper(c) - alpha, low - 1e-6, high + 1e-6, relative: 1e-12);
    }

    // 1 − Π (1 − qᵢ), qᵢ the chance that one statistic lies outside; by logarithms, so that tiny qᵢ are not lost beside 1.
    double Outside(double cs, double z)
    {
        double log = 0;
        for (int i = 0; i < _lambda.Length; i++)
        {
            double shift = _lambda[i] * z;
            double q = Tails.NormalUpper((cs - shift) / _rest[i]);
            if (side == DunnettSide.TwoSided) q += Tails.NormalUpper((cs + shift) / _rest[i]);
            if (q >= 1) return 1;
            log += _times[i] * LogOnePlus(-q);
        }
        return -ExpMinusOne(log);
    }

    // ln(1 + x) and eˣ − 1 without the cancellation near 0 (Kahan's identity, as in Goldberg, ACM Computing Surveys 23, 1991, theorem 4).
    static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }

    static double ExpMinusOne(double x) => Math.Abs(x) < 1e-5 ? x * (1 + x / 2 * (1 + x / 3)) : Math.Exp(x) - 1;
}
