namespace Alignment.MLNet.Statistics;

/// <summary>One-way analysis of variance: whether the means of several groups differ at all, variances being equal (Fisher, <i>Statistical
/// Methods for Research Workers</i>, 1925).</summary>
/// <param name="F">[Σ nᵢ (x̄ᵢ − x̄)² / (k − 1)] / [Σ (nᵢ − 1) sᵢ² / (N − k)]. Where nothing varies within groups: 0 if the means are equal,
/// else infinite.</param>
/// <param name="DfBetween">k − 1.</param>
/// <param name="P">P(F ≥ f).</param>
sealed record OneWayAnova(double F, double DfBetween, double DfWithin, double P)
{
    public static OneWayAnova Of(IReadOnlyList<Sample> groups) => Of(groups, "The analysis of variance");

    internal static OneWayAnova Of(IReadOnlyList<Sample> groups, string test)
    {
        double n = 0, mean = 0, within = 0, between = 0;
        int k = 0;
        foreach (Sample group in groups)
        {
            if (group.N == 0) continue;
            Checks.Sample(test, $"group {Checks.Text(k + 1)}", group, least: 1);
            k++;
            double off = group.Mean - mean, before = n;
            n += group.N;
            mean += off * (group.N / n);
            between += off * off * (before * (group.N / n));
            if (group.N > 1) within += (group.N - 1) * group.Variance;
        }
        if (k < 2 || n <= k)
            throw BadDataException.For(test, $"{Checks.Text(k)} groups with {Checks.Text(n)} values",
                "two groups or more, one of them with two values or more", "Collect more data.");
        double f = between <= 0 ? 0 : between / (k - 1) / (within / (n - k));
        return new(f, k - 1, n - k, Tails.FUpper(f, k - 1, n - k));
    }
}
