using Alignment.MLNet.Charts;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Variants;

/// <summary>The figures of <c>statistics.json</c>: alignment over scenes, and each variant's mean ± standard deviation.</summary>
static class AlignmentPlots
{
    public const string OverScenesName = "alignment_over_scenes", ByVariantName = "alignment_by_variant";

    // With more scenes in a row, markers would cover the lines; still more than the second would only make the file bigger: neighbours are
    // averaged.
    const int MostMarkers = 40, MostPlaces = 1000;

    /// <summary>
    /// Writes both plots into a folder, which is created when absent; returns the four files. <paramref name="videos"/> is the number of
    /// videos that a place's mean is over; <paramref name="origin"/> says in a few words where the attention comes from.
    /// </summary>
    /// <exception cref="BadDataException">No scenes, or a score that is not a finite number.</exception>
    public static IReadOnlyList<string> Write(string folder, IReadOnlyDictionary<string, VariantStatistics> statistics, int videos,
        string origin = "")
    {
        bool none = statistics.Values.All(s => s.Scenes == 0);
        if (none || statistics.Values.SelectMany(s => s.TemporalProfile.Append(s.Alignment.Mean).Append(s.Alignment.Std))
            .Any(y => !double.IsFinite(y)))
            throw BadDataException.For("The alignment plots", none ? "no scenes" : "a score that is not a number",
                "at least one scene with a finite score", "Make the variants first.");
        return [.. FigureFile.Save(folder, OverScenesName, OverScenes(statistics, videos, origin)),
            .. FigureFile.Save(folder, ByVariantName, ByVariant(statistics, origin))];
    }

    // A line a variant over the scenes' places in their videos.
    public static Figure OverScenes(IReadOnlyDictionary<string, VariantStatistics> statistics, int videos, string origin) => new()
    {
        Title = "Alignment over scenes",
        Across = "Scene (in order)",
        Up = Score(origin) + (videos > 1 ? ", mean over videos" : ""),
        Counting = true,
        Series = [.. Known(statistics).Select(v => new FigureSeries(v, Variant.Named(v).Position, Places(statistics[v].TemporalProfile),
            Joined: true, Marked: statistics[v].TemporalProfile.Count <= MostMarkers))],
    };

    // Each variant's mean with the spread of its scenes.
    public static Figure ByVariant(IReadOnlyDictionary<string, VariantStatistics> statistics, string origin)
    {
        string[] variants = [.. Known(statistics)];
        double high = variants.Max(v => statistics[v].Alignment.Mean + statistics[v].Alignment.Std),
            low = Math.Min(0, variants.Min(v => statistics[v].Alignment.Mean - statistics[v].Alignment.Std));
        return new()
        {
            Title = "Alignment by variant",
            Up = Score(origin) + ", mean ± standard deviation over scenes",
            Categories = variants,
            OneEach = true,
            Frame = (low, high > low ? high : low + 1),
            InWords = p => $"{Numbers.Short(p.Y)} ± {Numbers.Short(p.High - p.Y)}",
            ValueTitle = "alignment",
            Series = [.. variants.Select((v, i) => new FigureSeries(v, Variant.Named(v).Position, [Spread(i, statistics[v].Alignment)]))],
        };
    }

    static FigurePoint Spread(int at, ScoreSummary score) => new(at, score.Mean, score.Mean - score.Std, score.Mean + score.Std);

    static IEnumerable<string> Known(IReadOnlyDictionary<string, VariantStatistics> statistics) =>
        Variant.Names.Where(statistics.ContainsKey);

    static FigurePoint[] Places(IReadOnlyList<double> profile)
    {
        int each = Math.Max(1, (profile.Count + MostPlaces - 1) / MostPlaces);
        return [.. profile.Select((y, i) => new FigurePoint(i + 1, y)).Chunk(each)
            .Select(c => new FigurePoint(c.Average(p => p.X), c.Average(p => p.Y)))];
    }

    // The axis says whose attention it is.
    static string Score(string origin) => origin.Length == 0 ? "Alignment score" : $"Alignment score ({origin})";
}
