using Alignment.MLNet.Attention;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Variants;

/// <summary>Mean, population standard deviation (ddof 0, as NumPy's default), smallest and largest.</summary>
public sealed record ScoreSummary(double Mean, double Std, double Min, double Max)
{
    internal static ScoreSummary Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return new(0, 0, 0, 0);
        double mean = values.Sum() / values.Count, squares = 0;
        foreach (double v in values) squares += (v - mean) * (v - mean);
        return new(mean, Math.Sqrt(squares / values.Count), values.Min(), values.Max());
    }
}

/// <summary>statistics.json of one variant.</summary>
/// <param name="Scenes">Scenes counted.</param>
/// <param name="Alignment">mean(M ⊙ A') over the scenes.</param>
/// <param name="AttentionShare">Σ(M ⊙ A') / ΣA' over the scenes.</param>
/// <param name="TemporalProfile">Alignment of scene 0, 1, … in order; over several videos the mean of those that have such a scene.</param>
/// <param name="WindowMeans">Mean alignment of the early, middle and late window; 0 for a window without scenes.</param>
public sealed record VariantStatistics(int Scenes, ScoreSummary Alignment, ScoreSummary AttentionShare, IReadOnlyList<double> TemporalProfile, IReadOnlyDictionary<string, double> WindowMeans)
{
    /// <summary>Where the scenes' attention comes from: scores of predicted attention say nothing of viewers.</summary>
    public AttentionOrigins AttentionOrigin { get; init; } = AttentionOrigins.None;
}

/// <summary>Gathers the scores of one or more videos, two numbers a scene and variant.</summary>
sealed class VariantScores
{
    readonly List<(int Index, int Window, double Alignment, double Share)>[] _scores = [.. AttentionVariants.All.Select(_ => new List<(int, int, double, double)>())];

    public void Add(AttentionVariant variant, int index, int window, double alignment, double share) => _scores[(int)variant].Add((index, window, alignment, share));

    public IReadOnlyDictionary<string, VariantStatistics> Summarise(AttentionOrigins attention) =>
        AttentionVariants.All.ToDictionary(v => v.Name(), v => Summarise(_scores[(int)v]) with { AttentionOrigin = attention });

    static VariantStatistics Summarise(List<(int Index, int Window, double Alignment, double Share)> scores) => new(
        scores.Count,
        ScoreSummary.Of([.. scores.Select(s => s.Alignment)]),
        ScoreSummary.Of([.. scores.Select(s => s.Share)]),
        [.. scores.GroupBy(s => s.Index).OrderBy(g => g.Key).Select(g => g.Average(s => s.Alignment))],
        Enumerable.Range(0, TemporalWindows.Count).ToDictionary(w => TemporalWindows.Names[w], w => scores.Where(s => s.Window == w).Select(s => s.Alignment).DefaultIfEmpty(0).Average()));
}
