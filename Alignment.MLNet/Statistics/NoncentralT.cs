namespace Alignment.MLNet.Statistics;

/// <summary>The noncentral t distribution: of (Z + δ) / s, Z standard normal and s = √(χ²_df / df) independent of it. P(T ≥ t) = E[Φ(δ − t
/// s)] (Johnson, Kotz &amp; Balakrishnan, <i>Continuous Univariate Distributions</i> 2, 1995, ch. 31), the expectation by
/// <see cref="ChiMixture"/>. Each tail is computed as such; the absolute error is about 1e-14, for any δ.</summary>
static class NoncentralT
{
    /// <summary>P(T ≥ t).</summary>
    /// <param name="df">Degrees of freedom, above 0, also fractions.</param>
    /// <param name="delta">The noncentrality δ.</param>
    public static double Upper(double t, double df, double delta)
    {
        Check(t, df, delta);
        return double.IsPositiveInfinity(t) ? 0 : double.IsNegativeInfinity(t) ? 1 : Mean(t, df, delta, sign: 1);
    }

    // P(T ≤ t).
    public static double Lower(double t, double df, double delta)
    {
        Check(t, df, delta);
        return double.IsPositiveInfinity(t) ? 1 : double.IsNegativeInfinity(t) ? 0 : Mean(t, df, delta, sign: -1);
    }

    static double Mean(double t, double df, double delta, int sign)
    {
        var (s, weight) = ChiMixture.Nodes(df, Math.Max(Math.Abs(delta), Math.Abs(t)));
        double sum = 0;
        for (int i = 0; i < s.Length; i++) sum += weight[i] * Tails.Normal(sign * (delta - t * s[i]));
        return Math.Min(1, sum);
    }

    static void Check(double t, double df, double delta)
    {
        if (double.IsNaN(t)) throw new ArgumentOutOfRangeException(nameof(t), t, "The noncentral t distribution needs a number.");
        if (!(df > 0)) throw new ArgumentOutOfRangeException(nameof(df), df, "Degrees of freedom are above 0.");
        if (!double.IsFinite(delta)) throw new ArgumentOutOfRangeException(nameof(delta), delta, "The noncentrality is finite.");
    }
}
