namespace Alignment.MLNet.Statistics;

/// <summary>Levene's test in Brown and Forsythe's form: whether several groups vary equally, by an analysis of variance of |x − median of
/// its group| (<i>JASA</i> 69, 1974). Robust where values are not normal.</summary>
/// <param name="DfBetween">k − 1.</param>
/// <param name="P">P(F ≥ W).</param>
sealed record LeveneTest(double W, double DfBetween, double DfWithin, double P)
{
    public static LeveneTest Of(IReadOnlyList<double[]> groups)
    {
        var deviations = new Sample[groups.Count];
        for (int g = 0; g < groups.Count; g++)
        {
            Checks.Values("Levene's test", $"group {Checks.Text(g + 1)}", groups[g], 0);
            double[] sorted = [.. groups[g]];
            Array.Sort(sorted);
            int n = sorted.Length;
            double median = n == 0 ? 0 : sorted[(n - 1) / 2] / 2 + sorted[n / 2] / 2;
            var sums = new SampleAccumulator();
            // In the order given, so that equal data give equal bits whatever the sort does with ties.
            foreach (double x in groups[g]) sums.Add(Math.Abs(x - median));
            deviations[g] = sums.Sample;
        }
        OneWayAnova test = OneWayAnova.Of(deviations, "Levene's test");
        return new(test.F, test.DfBetween, test.DfWithin, test.P);
    }
}
