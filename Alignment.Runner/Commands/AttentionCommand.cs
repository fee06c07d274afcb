using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Gaze;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment attention</c>: heatmaps from gaze, or predicted.</summary>
sealed class AttentionCommand : RunnerCommand
{
    readonly Option<string> _data = new("--data") { Description = "The data folder (video_scene_cuts), or the folder that has it as data/. Heatmaps go to attention_heatmap/ in it.", HelpName = "DIR", Required = true };
    readonly AttentionFlags _flags;

    public AttentionCommand(Terminal terminal) : base(terminal, "attention",
        "Gives every scene a heatmap of where viewers look: measured, from a CSV of gaze samples or fixations, or predicted from the still. Existing heatmaps are left alone. What produced each is recorded beside it and said in every later report: predicted attention is never shown as measured.",
        "alignment attention --data data --gaze gaze.csv                          # video_id, participant, time_seconds, x, y[, duration_seconds]",
        "alignment attention --data data --gaze gaze.csv --coordinates normalised --sigma 1deg --viewing-distance 65 --screen-width 53.1",
        "alignment attention --data data                                          # no tracker: predicted from the stills",
        "alignment attention --data data --predict fine_grained.smoothed+spectral_residual.smoothed --centre 0.3",
        "alignment attention --data data --gaze gaze.csv --predict spectral_residual.smoothed   # predicted where nobody looked")
    {
        Add(_data);
        _flags = new(this);
    }

    public override string Again(ParseResult parse) => _flags.MakesAgain(parse) ? ItStartsOver : ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        AttentionResult report = Watch(progress => AttentionJob.Run(parse.GetValue(_data)!, _flags.Read(parse), progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(report);
        else AttentionTable.Print(report, terminal.Out);
        return report.Failures > 0 ? ExitCodes.BadData : ExitCodes.Ok;
    }
}

/// <summary>A report of heatmaps for people.</summary>
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
                to.WriteLine($"  dropped, {reason.Replace('_', ' ')}: {N(dropped.Count)} (line {lines}{(dropped.Count > Math.Min(MostLines, dropped.Lines.Count) ? ", …" : "")})");
            }
        }
        var table = new Table().Border(TableBorder.Simple).AddColumns("video", "scene", "heatmap", "attention", "rows", "participants", "weight");
        foreach (AttentionScene s in report.SceneList.Take(MostRows))
            table.AddRow([.. new[] { SafePath.Shorten(s.VideoId, 40), N(s.SceneNumber), Fate(s.Fate), s.Fate == HeatmapFate.Missing ? "" : new HeatmapProvenance(s.Origin).Word, s.Rows is { } r ? N(r) : "", s.Participants is { } p ? N(p) : "", s.Weight?.ToString("0.###", CultureInfo.InvariantCulture) ?? "" }.Select(t => new Text(t))]);
        to.Write(table);
        long scenes = report.Scenes.Values.Sum();
        if (scenes > MostRows) to.WriteLine($"… and {N(scenes - MostRows)} scenes more; --json has them.");
        to.WriteLine($"{N(report.Count(HeatmapFate.Made))} heatmaps made, {N(report.Count(HeatmapFate.UpToDate))} up to date, {N(report.Count(HeatmapFate.Kept))} left as they were, {N(report.Count(HeatmapFate.Missing))} missing. In {report.HeatmapFolder}");
        if (report.Count(HeatmapFate.Kept) > 0) to.WriteLine("Heatmaps that were there, provided or made of other inputs or options, are not overwritten; --force makes them again.");
        if (report.WithoutGaze > 0) to.WriteLine($"{N(report.WithoutGaze)} scenes without any gaze row: their maps are zero everywhere. With --predict they are predicted instead.");
        to.WriteLine(report.Attention.Text);
        foreach (AttentionProblem p in report.Problems.Take(MostProblems)) to.WriteLine($"{(p.Breaks ? "problem" : "note")}{(p.VideoId is null ? "" : $", {SafePath.Shorten(p.VideoId)}")}{(p.SceneNumber is { } n ? $" scene {N(n)}" : "")}: {SafePath.Shorten(p.Message, 600)}");
        if (report.Problems.Count > MostProblems) to.WriteLine($"… and {N(report.Problems.Count - MostProblems)} more; --json has them.");
        foreach (string sheet in report.ContactSheets.Take(MostProblems)) to.WriteLine($"To look at: {sheet}");
    }

    static string Fate(HeatmapFate fate) => fate switch
    {
        HeatmapFate.Made => "made",
        HeatmapFate.UpToDate => "up to date",
        HeatmapFate.Kept => "left as it was",
        _ => "missing",
    };
}
