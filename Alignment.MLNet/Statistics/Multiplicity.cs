namespace Alignment.MLNet.Statistics;

/// <summary>How the p-values of several comparisons are corrected for their number.</summary>
public enum MultiplicityMethod
{
    /// <summary>As they are.</summary>
    None,

    /// <summary>Times the number of tests: the family-wise error rate, whatever their dependence.</summary>
    Bonferroni,

    /// <summary>Bonferroni stepwise from the smallest: the same guarantee, never less powerful (Holm, <i>Scandinavian Journal of
    /// Statistics</i> 6, 1979).</summary>
    Holm,

    /// <summary>The false discovery rate, under independence or positive dependence (Benjamini &amp; Hochberg, <i>JRSS B</i> 57,
    /// 1995).</summary>
    BenjaminiHochberg,
}

// Corrects p-values of one family: the variants compared within one metric.
static class Multiplicity
{
    /// <summary>Adjusted p-values in the order given, each at most 1; they are compared with the unadjusted level.</summary>
    /// <param name="p">0 … 1 each; null where a comparison was impossible: it stays null and does not count.</param>
    public static double?[] Adjust(IReadOnlyList<double?> p, MultiplicityMethod method = MultiplicityMethod.Holm)
    {
        for (int i = 0; i < p.Count; i++)
            if (p[i] is { } value && !(value is >= 0 and <= 1))
                throw BadDataException.For("The p-value", Checks.Text(value), "a number from 0 to 1", "Correct what computed it.");
        int[] order = [.. Enumerable.Range(0, p.Count).Where(i => p[i] is not null).OrderBy(i => p[i]!.Value)];   // OrderBy is stable
        int m = order.Length;
        var adjusted = new double?[p.Count];
        switch (method)
        {
            case MultiplicityMethod.Holm:   // p₍ᵢ₎ (m − i + 1), never below an earlier one
                double least = 0;
                for (int i = 0; i < m; i++) adjusted[order[i]] = least = Math.Max(least, Math.Min(1, p[order[i]]!.Value * (m - i)));
                break;
            case MultiplicityMethod.BenjaminiHochberg:   // p₍ᵢ₎ m / i, never above a later one
                double most = 1;
                for (int i = m - 1; i >= 0; i--) adjusted[order[i]] = most = Math.Min(most, p[order[i]]!.Value * m / (i + 1));
                break;
            case MultiplicityMethod.Bonferroni:
                foreach (int i in order) adjusted[i] = Math.Min(1, p[i]!.Value * m);
                break;
            case MultiplicityMethod.None:
                foreach (int i in order) adjusted[i] = p[i];
                break;
            default:
                throw UsageException.For("The correction", method.ToString(), "None, Bonferroni, Holm or BenjaminiHochberg",
                    "Holm is the default.");
        }
        return adjusted;
    }
}
