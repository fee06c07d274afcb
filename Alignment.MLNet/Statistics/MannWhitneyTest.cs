namespace Alignment.MLNet.Statistics;

/// <summary>The Mann–Whitney test, two-sided: whether values of one group tend to be larger than those of the other, whatever their
/// distribution. Normal approximation with the tie and continuity corrections (Mann &amp; Whitney, <i>Annals of Mathematical Statistics</i>
/// 18, 1947; ties: Lehmann, <i>Nonparametrics</i>, 1975, §1.4).</summary>
/// <param name="Z">(|U − n₁n₀/2| − ½) / σ with U's sign, σ² = n₁n₀/12 · [N + 1 − Σ(t³ − t) / (N(N − 1))]; 0 where nothing varies.</param>
/// <param name="P">P(|Z| ≥ z), at most 1.</param>
sealed record MannWhitneyTest(double U, double Z, double P, double Superiority)
{
    // Tests two groups with at least one finite value each. Needs every value: 12 bytes each while it runs.
    public static MannWhitneyTest Of(double[] variant, double[] baseline)
    {
        Checks.Values("The Mann–Whitney test", "the variant", variant, 1);
        Checks.Values("The Mann–Whitney test", "the baseline", baseline, 1);
        double n1 = variant.Length, n0 = baseline.Length, n = n1 + n0;
        Ranks ranks = Ranks.Of([variant, baseline]);
        double u = ranks.Sums[0] - n1 * (n1 + 1) / 2, off = u - n1 * n0 / 2;
        double sd = Math.Sqrt(n1 * n0 / 12 * Math.Max(0, n + 1 - ranks.Ties / (n * (n - 1))));
        double z = sd == 0 ? 0 : Math.Sign(off) * Math.Max(0, Math.Abs(off) - 0.5) / sd;
        return new(u, z, Tails.NormalTwoSided(z), u / (n1 * n0));
    }
}
