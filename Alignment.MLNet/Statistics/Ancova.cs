namespace Alignment.MLNet.Statistics;

/// <summary>Analysis of covariance: y = group mean + b (x − x̄) + error with one slope b for all groups, by least squares in closed form
/// from the groups' sums (Cochran, <i>Biometrics</i> 13, 1957). The groups are compared at equal x.</summary>
/// <param name="Intercept">The first group (baseline) at x = 0.</param>
/// <param name="DfResidual">N − groups − 1.</param>
/// <param name="ResidualSd">√(residual sum of squares / df).</param>
/// <param name="RSquared">1 − residual / total sum of squares; 0 where nothing varies.</param>
/// <param name="Groups">Whether the groups differ: with against without them; df groups − 1 and <paramref name="DfResidual"/>.</param>
/// <param name="Slopes">Whether the slopes differ, which the analysis assumes they do not; null where too few rows or a constant x leave it
/// open.</param>
sealed record Ancova(Coefficient Intercept, IReadOnlyList<Coefficient> Differences, Coefficient Slope, long N, double DfResidual,
    double ResidualSd,
    double RSquared, FTest Groups, FTest? Slopes, double CovariateMean, IReadOnlyList<double> AdjustedMeans)
{
    public static Ancova Of(IReadOnlyList<PairAccumulator> groups, double confidence = 0.95)
    {
        Checks.Confidence(confidence);
        int k = groups.Count;
        double sxx = 0, sxy = 0, syy = 0, eachSlope = 0;
        bool slopesVary = true;
        var all = new PairAccumulator();
        foreach (PairAccumulator group in groups)
        {
            Checks.Sample("ANCOVA", "a group", group.Sample.Y, least: 1);
            Checks.Sample("ANCOVA", "the covariate of a group", new(group.Sample.N, group.Sample.MeanX, group.Sample.VarianceX), least: 1);
            sxx += group.Sxx;
            sxy += group.Sxy;
            syy += group.Syy;
            if (group.Sxx > 0) eachSlope += group.Syy - group.Sxy / group.Sxx * group.Sxy;
            else slopesVary = false;
            all.Merge(group);
        }
        double n = all.Sample.N, df = n - k - 1;
        if (k < 2 || df < 1) throw BadDataException.For("ANCOVA", $"{Checks.Text(k)} groups with {Checks.Text(n)} rows",
            "two groups or more, and two rows more than groups", "Collect more data.");
        if (!(sxx > 0)) throw BadDataException.For("ANCOVA", "a covariate that does not vary within any group", "one that does",
            "Compare the means without it.");

        double slope = sxy / sxx, residual = Math.Max(0, syy - slope * sxy), variance = residual / df;
        double meanX = all.Sample.MeanX, first = groups[0].Sample.MeanX;
        Coefficient Term(double estimate, double unitVariance) =>
            Coefficient.Student(estimate, Math.Sqrt(variance * unitVariance), df, confidence);
        double At(int g, double x) => groups[g].Sample.MeanY + slope * (x - groups[g].Sample.MeanX);

        var differences = new Coefficient[k - 1];
        for (int g = 1; g < k; g++)
        {
            double off = groups[g].Sample.MeanX - first;
            differences[g - 1] = Term(groups[g].Sample.MeanY - groups[0].Sample.MeanY - slope * off,
                1.0 / groups[g].Sample.N + 1.0 / groups[0].Sample.N + off * off / sxx);
        }
        double without = Math.Max(0, all.Syy - all.Sxy / all.Sxx * all.Sxy), total = all.Syy;
        double slopesDf = n - 2 * k;
        return new(Term(At(0, 0), 1.0 / groups[0].Sample.N + first * first / sxx), differences, Term(slope, 1 / sxx), (long)n, df,
            Math.Sqrt(variance),
            total > 0 ? 1 - residual / total : 0, FTest.Of(without - residual, k - 1, residual, df),
            slopesVary && slopesDf >= 1 ? FTest.Of(residual - eachSlope, k - 1, Math.Max(0, eachSlope), slopesDf) : null,
            meanX, [.. Enumerable.Range(0, k).Select(g => At(g, meanX))]);
    }
}
