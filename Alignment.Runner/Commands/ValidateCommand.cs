using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Data;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment validate</c>: from a data folder to valid_scenes.csv, with every problem named.</summary>
sealed class ValidateCommand : RunnerCommand
{
    readonly Option<string> _data = Flags.Data();
    readonly Option<string?> _out = new("--out") { Description = "The CSV to write; valid_scenes.csv in the data folder by default.", HelpName = "FILE" };
    readonly Option<string?> _report = new("--report") { Description = "Also write the whole result, with every problem, as JSON.", HelpName = "FILE" };
    readonly Option<bool> _deep = new("--deep") { Description = "Decode every picture: finds damage inside files, empty masks and blank heatmaps." };

    public ValidateCommand(Terminal terminal) : base(terminal, "validate",
        "Checks a data set and writes the scenes that can be used. Exit code 3 when nothing is valid, or when a file is broken (the rest is still written).",
        "alignment validate --data data",
        "alignment validate --data data --deep --out valid_scenes.csv --report validation.json")
    {
        Add(_data);
        Add(_out);
        Add(_report);
        Add(_deep);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var report = Watch(progress => SceneValidator.Run(parse.GetValue(_data)!, parse.GetValue(_out), parse.GetValue(_report), new() { Deep = parse.GetValue(_deep) }, progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(report);
        else ValidationTable.Print(report, terminal.Out);
        return ValidationTable.IsBroken(report) ? ExitCodes.BadData : ExitCodes.Ok;
    }
}

/// <summary>A validation for people.</summary>
static class ValidationTable
{
    /// <summary>Files or names that are broken, as opposed to a scene that merely lacks a companion.</summary>
    static readonly ProblemKind[] s_broken = [ProblemKind.UnreadableFile, ProblemKind.UnusableVideoId, ProblemKind.LinkOutside, ProblemKind.BadKeywordRow];

    public static bool IsBroken(ValidationReport report) => s_broken.Any(report.Counts.ContainsKey);

    public static void Print(ValidationReport report, IAnsiConsole to)
    {
        var counts = new Table().Border(TableBorder.Simple).AddColumns("", "found", "valid");
        counts.AddRow("videos", N(report.Videos), N(report.ValidVideos));
        counts.AddRow("scenes", N(report.Scenes), N(report.ValidScenes));
        to.Write(counts);
        if (report.ValidScenes > 0) to.WriteLine(report.Attention.Text);
        if (report.Problems.Count == 0) return;

        var problems = new Table().Border(TableBorder.Simple).AddColumns("", "video", "scene", "problem", "what was found, what to do");
        foreach (var p in report.Problems)
            problems.AddRow(new Text(p.Rejects ? "left out" : "note"), new Text(SafePath.Shorten(p.VideoId)), new Text(p.SceneNumber?.ToString(CultureInfo.InvariantCulture) ?? ""), new Text(p.Kind.ToString()), new Text(SafePath.Shorten(p.Message, 400)));
        to.Write(problems);
        long more = report.Rejections + report.Warnings - report.Problems.Count;
        if (more > 0) to.WriteLine($"… and {N(more)} more; --report FILE has them all.");
        if (!report.Deep) to.WriteLine("Pictures were not decoded; --deep also finds damage inside files, empty masks and blank heatmaps.");
    }
}
