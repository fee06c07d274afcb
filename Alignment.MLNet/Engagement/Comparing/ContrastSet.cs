using Alignment.MLNet.Engagement.Contracts;

namespace Alignment.MLNet.Engagement.Comparing;

// The questions about several variants at once that everybody asks, for the variants that have values.
static class ContrastSet
{
    public sealed record Asked(string Name, string Question, string First, string Second, IReadOnlyDictionary<string, double> Weights,
        DraftKind Kind = DraftKind.Contrast);

    /// <summary>Of the variants in <paramref name="present"/>; questions about absent ones are not asked.</summary>
    public static IEnumerable<Asked> Of(AnalysisOptions options, IReadOnlySet<string> present)
    {
        string[] boosts = [.. options.Boosts.Where(present.Contains)], windows = [.. options.Windows.Where(present.Contains)];
        bool placebo = present.Contains(options.Placebo) && options.Placebo != options.Baseline;
        string whole = boosts.Length == options.Boosts.Count ? "the boosts together"
            : $"the {boosts.Length} boosts that have data together";
        if (boosts.Length > 1 && present.Contains(options.Baseline))
            yield return new($"pooled_boosts-{options.Baseline}", "boosts together", whole, Text.Name(options.Baseline),
                Pooled(boosts, options.Baseline));
        if (boosts.Length > 1 && placebo) yield return new($"pooled_boosts-{options.Placebo}", "boosts together", whole,
            Text.Name(options.Placebo), Pooled(boosts, options.Placebo));
        if (placebo)
            foreach (string boost in boosts) yield return Pair(boost, options.Placebo, "boosts against placebo");
        for (int i = 0; i < windows.Length; i++)
            for (int j = i + 1; j < windows.Length; j++) yield return Pair(windows[i], windows[j], "windows against each other");
        if (windows.Length > 2)
            yield return new("trend_over_windows", "trend over the windows", "the trend over the windows",
                $"per window from {Text.Name(windows[0])} to {Text.Name(windows[^1])}", Trend(windows), DraftKind.Trend);
    }

    public static Asked Pair(string first, string second, string question) =>
        new($"{first}-{second}", question, Text.Name(first), Text.Name(second),
        new Dictionary<string, double> { [first] = 1, [second] = -1 });

    static Dictionary<string, double> Pooled(string[] variants, string against)
    {
        var weights = variants.ToDictionary(v => v, _ => 1.0 / variants.Length);
        weights[against] = -1;
        return weights;
    }

    // The least-squares slope over 0, 1, 2, …: (i − ī) / Σ (i − ī)².
    static Dictionary<string, double> Trend(string[] windows)
    {
        double mean = (windows.Length - 1) / 2.0, squares = Enumerable.Range(0, windows.Length).Sum(i => (i - mean) * (i - mean));
        return Enumerable.Range(0, windows.Length).ToDictionary(i => windows[i], i => (i - mean) / squares);
    }
}
