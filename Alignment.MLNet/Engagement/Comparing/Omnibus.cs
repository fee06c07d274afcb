using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// Tests of all variants at once.
static class Omnibus
{
    public static IEnumerable<OmnibusTest> Of(Sample[] samples, double[][] values, bool exact, AnalysisOptions options)
    {
        const string differ = "do the means differ at all?", locate = "do the locations differ at all (ranks)?",
            spread = "do the variances differ?";
        string? sampled = exact ? null : $"On a seeded sample of {Text.Count(values.Sum(v => (double)v.Length))} values.";
        yield return Try("ANOVA", differ, null, () =>
        {
            OneWayAnova a = OneWayAnova.Of(samples);
            return (a.F, a.DfBetween, a.DfWithin, a.P);
        });
        Sample[] windows = [.. options.Windows.Select(w => options.Position(w)).Where(v => v >= 0 && samples[v].N > 0)
            .Select(v => samples[v])];
        if (windows.Length > 2)
            yield return Try("ANOVA of the windows", "does it matter when the attention is raised?", null, () =>
            {
                OneWayAnova a = OneWayAnova.Of(windows);
                return (a.F, a.DfBetween, a.DfWithin, a.P);
            });
        yield return Try("Kruskal–Wallis", locate, sampled, () =>
        {
            KruskalWallisTest k = KruskalWallisTest.Of(values);
            return (k.H, k.Df, null, k.P);
        });
        yield return Try("Levene (median)", spread, sampled, () =>
        {
            LeveneTest l = LeveneTest.Of(values);
            return (l.W, l.DfBetween, l.DfWithin, l.P);
        });
    }

    static OmnibusTest Try(string name, string asks, string? note, Func<(double Statistic, double Df1, double? Df2, double P)> test)
    {
        try
        {
            var (statistic, df1, df2, p) = test();
            return new(name, asks, TestAnswer.Finite(statistic), df1, df2, TestAnswer.Finite(p), note);
        }
        catch (BadDataException e)
        {
            return new(name, asks, null, null, null, null, e.Message);
        }
    }
}
