namespace Alignment.MLNet.Analysis.Statistics;

/// <summary>Ranks of the values of several groups among all: their sum per group, and Σ (t³ − t) over runs of t equal values.</summary>
readonly record struct Ranks(double[] Sums, double Ties, double N)
{
    /// <summary>Equal values share the mean of their ranks. O(N log N) time, two arrays of N.</summary>
    internal static Ranks Of(IReadOnlyList<double[]> groups)
    {
        long total = groups.Sum(g => (long)g.Length);
        var values = new double[total];
        var group = new int[total];
        for (int g = 0, at = 0; g < groups.Count; g++)
        {
            groups[g].CopyTo(values, at);
            Array.Fill(group, g, at, groups[g].Length);
            at += groups[g].Length;
        }
        Array.Sort(values, group);
        var sums = new double[groups.Count];
        double ties = 0;
        for (long from = 0, to; from < total; from = to)
        {
            for (to = from + 1; to < total && values[to] == values[from]; to++) ;
            double run = to - from, rank = (from + to + 1) / 2.0;   // the mean of from + 1 … to
            for (long i = from; i < to; i++) sums[group[i]] += rank;
            ties += (run * run - 1) * run;
        }
        return new(sums, ties, total);
    }
}
