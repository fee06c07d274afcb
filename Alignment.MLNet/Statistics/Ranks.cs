using System.Buffers;

namespace Alignment.MLNet.Statistics;

// Ranks of the values of several groups among all: their sum per group, and Σ (t³ − t) over runs of t equal values.
readonly record struct Ranks(double[] Sums, double Ties, double N)
{
    internal static Ranks Of(IReadOnlyList<double[]> groups)
    {
        int total = checked(groups.Sum(g => g.Length));
        // Large arrays that come and go for every pair of groups would stay in memory for long: they go round.
        double[] values = ArrayPool<double>.Shared.Rent(total);
        int[] group = ArrayPool<int>.Shared.Rent(total);
        for (int g = 0, at = 0; g < groups.Count; g++)
        {
            groups[g].CopyTo(values, at);
            Array.Fill(group, g, at, groups[g].Length);
            at += groups[g].Length;
        }
        Array.Sort(values, group, 0, total);
        var sums = new double[groups.Count];
        double ties = 0;
        for (int from = 0, to; from < total; from = to)
        {
            for (to = from + 1; to < total && values[to] == values[from]; to++) ;
            double run = to - from, rank = (from + (double)to + 1) / 2;   // the mean of from + 1 … to
            for (int i = from; i < to; i++) sums[group[i]] += rank;
            ties += (run * run - 1) * run;
        }
        ArrayPool<double>.Shared.Return(values);
        ArrayPool<int>.Shared.Return(group);
        return new(sums, ties, total);
    }
}
