namespace Alignment.MLNet.Statistics;

/// <summary>Fisher's exact test of a 2×2 table, two-sided: the chance, with all margins fixed, of a table no likelier than the one seen.
/// For small counts, where normal approximations fail (Fisher, <i>JRSS</i> 98, 1935).</summary>
static class FisherExactTest
{
    // Tables as likely as the observed one must count as such after rounding.
    const double Tie = 1 + 1e-7;

    public static double P(long successes, long trials, long baselineSuccesses, long baselineTrials)
    {
        TwoProportions.Check("the variant", successes, trials);
        TwoProportions.Check("the baseline", baselineSuccesses, baselineTrials);
        long all = successes + baselineSuccesses, low = Math.Max(0, all - baselineTrials), high = Math.Min(all, trials);
        // Weights relative to the likeliest table, so that nothing overflows: w(k + 1) / w(k) = (n₁ − k)(K − k) / ((k + 1)(n₀ − K + k +
        // 1)).
        double Up(long k) => (double)(trials - k) * (all - k) / ((k + 1.0) * (baselineTrials - all + k + 1.0));
        long mode = Math.Clamp((long)((all + 1.0) * (trials + 1.0) / (trials + baselineTrials + 2.0)), low, high);
        double seen = 1;
        for (long k = mode; k < successes && seen > 0; k++) seen *= Up(k);
        for (long k = mode; k > successes && seen > 0; k--) seen /= Up(k - 1);
        double total = 0, extreme = 0;
        void Take(double weight)
        {
            total += weight;
            if (weight <= seen * Tie) extreme += weight;
        }
        double w = 1;
        Take(w);
        for (long k = mode; k < high && w > 0; k++) Take(w *= Up(k));
        w = 1;
        for (long k = mode; k > low && w > 0; k--) Take(w /= Up(k - 1));
        return Math.Min(1, extreme / total);
    }
}
