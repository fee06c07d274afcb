using Alignment.MLNet.Dataset;
using Alignment.MLNet.Gaze;

namespace Alignment.Runner.Commands.Attention;

static class AttentionTable
{
    const int MostRows = 60, MostProblems = 20, MostLines = 8;

    public static void Print(AttentionResult report, IAnsiConsole to)
    {
        if (report.Gaze is { } gaze)
        {
            to.WriteLine($"{N(gaze.RowsUsed)} of {N(gaze.Rows)} gaze rows of {N(gaze.Participants)} participants used.");
            foreach (var (reason, dropped) in gaze.Dropped.Where(d => d.Value.Count > 0))
            {
                string lines = string.Join(", ", dropped.Lines.Take(MostLines).Select(N));
                to.WriteLine($"  dropped, {reason.Replace('_', ' ')}: {N(dropped.Count)} (line "
                    + $"{lines}{(dropped.Count > Math.Min(MostLines, dropped.Lines.Count) ? ", …" : "")})");
            }
        }
        var table = Tables.Of("video", "scene", "heatmap", "attention", "rows", "participants", "weight");
        foreach (AttentionScene s in report.SceneList.Take(MostRows))
            table.Row(SafePath.Shorten(s.VideoId, 40), N(s.SceneNumber), Fate(s.Fate),
                s.Fate == HeatmapFate.Missing ? "" : new HeatmapProvenance(s.Origin).Word,
                s.Rows is { } r ? N(r) : "", s.Participants is { } p ? N(p) : "",
                s.Weight?.ToString("0.###", CultureInfo.InvariantCulture) ?? "");
        to.Write(table);
        long scenes = report.Scenes.Values.Sum();
        if (scenes > MostRows) to.WriteLine($"… and {N(scenes - MostRows)} scenes more; --json has them.");
        to.WriteLine($"{N(report.Count(HeatmapFate.Made))} heatmaps written, {N(report.Count(HeatmapFate.UpToDate))} up to date, "
            + $"{N(report.Count(HeatmapFate.Kept))} left as they were, {N(report.Count(HeatmapFate.Missing))} missing. In "
            + $"{report.HeatmapFolder}");
        if (report.Count(HeatmapFate.Kept) > 0)
            to.WriteLine("Heatmaps that were there, provided or computed from other inputs or options, are not overwritten; --force "
                + "replaces them.");
        if (report.WithoutGaze > 0) to.WriteLine($"{N(report.WithoutGaze)} scenes without any gaze row: their maps are zero everywhere. "
            + $"With --predict they are predicted instead.");
        to.WriteLine(report.Attention.Text);
        foreach (AttentionProblem p in report.Problems.Take(MostProblems))
            to.WriteLine((p.Breaks ? "problem" : "note") + (p.VideoId is null ? "" : $", {SafePath.Shorten(p.VideoId)}")
                + (p.SceneNumber is { } n ? $" scene {N(n)}" : "") + $": {SafePath.Shorten(p.Message, 600)}");
        if (report.Problems.Count > MostProblems) to.WriteLine($"… and {N(report.Problems.Count - MostProblems)} more; --json has them.");
        foreach (string sheet in report.ContactSheets.Take(MostProblems)) to.WriteLine($"To look at: {sheet}");
    }

    static string Fate(HeatmapFate fate) => fate switch
    {
        HeatmapFate.Made => "written",
        HeatmapFate.UpToDate => "up to date",
        HeatmapFate.Kept => "left as it was",
        _ => "missing",
    };
}
