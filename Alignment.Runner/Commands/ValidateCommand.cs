using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Audit;
using Alignment.MLNet.Dataset;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment validate</c>: from a data folder to valid_scenes.csv, with every problem named.</summary>
sealed class ValidateCommand : RunnerCommand
{
    readonly Option<string> _data = Flags.Data();
    readonly Option<string?> _out = new("--out") { Description = "The CSV to write; valid_scenes.csv in the data folder by default.", HelpName = "FILE" };
    readonly Option<string?> _report = new("--report") { Description = "Also write an audit into this folder: a page to look at (audit.html), audit.csv, audit.json and scenes.csv. A name ending in .json gets the bare result as JSON instead.", HelpName = "DIR" };
    readonly Option<bool> _deep = new("--deep") { Description = "Decode every picture: finds damage inside files, empty masks and blank heatmaps; with --report also copies, masks that are not binary, and scenes a boost cannot move." };

    public ValidateCommand(Terminal terminal) : base(terminal, "validate",
        "Checks a data set and writes the scenes that can be used. Exit code 3 when nothing is valid, or when a file is broken (the rest is still written).",
        "alignment validate --data data",
        "alignment validate --data data --deep --report audit",
        "alignment validate --data data --out valid_scenes.csv --report validation.json")
    {
        Add(_data);
        Add(_out);
        Add(_report);
        Add(_deep);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        string data = parse.GetValue(_data)!;
        string? csv = parse.GetValue(_out), to = parse.GetValue(_report);
        bool deep = parse.GetValue(_deep), page = to is not null && !Path.GetExtension(to).Equals(".json", StringComparison.OrdinalIgnoreCase);
        if (page && File.Exists(to))
            throw UsageException.For($"--report '{SafePath.Shorten(to)}'", "a file of that name", "a folder for the audit, or a name ending in .json for the bare result", "Choose another name.");

        AuditedData? audited = page ? Watch(progress => AuditJob.Run(data, to!, csv, new() { Deep = deep }, progress, stop)) : null;
        MLNet.Dataset.ValidationResult report = audited?.Validation ?? Watch(progress => ValidationJob.Run(data, csv, to, new() { Deep = deep }, progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(report, audited is null ? null : ("audit", audited.Audit));
        else
        {
            ValidationTable.Print(report, terminal.Out);
            if (audited is not null) AuditTable.Print(audited.Audit, terminal.Out);
        }
        return report.IsBroken ? ExitCodes.BadData : ExitCodes.Ok;
    }
}

/// <summary>A validation for people.</summary>
static class ValidationTable
{
    public static void Print(MLNet.Dataset.ValidationResult report, IAnsiConsole to)
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
        if (more > 0) to.WriteLine($"… and {N(more)} more; --report DIR has them all.");
        if (!report.Deep) to.WriteLine("Pictures were not decoded; --deep also finds damage inside files, empty masks and blank heatmaps.");
    }
}

/// <summary>An audit for people in a terminal: how much of what, and where the page is.</summary>
static class AuditTable
{
    public static void Print(AuditResult audit, IAnsiConsole to)
    {
        if (audit.Counts.Count > 0)
        {
            var counts = new Table().Border(TableBorder.Simple).AddColumns("audit", "how often");
            foreach (var (kind, count) in audit.Counts) counts.AddRow(new Text(AuditKinds.Title(kind)), new Text(N(count)));
            to.Write(counts);
        }
        to.WriteLine($"{N(audit.Errors)} error(s), {N(audit.Warnings)} warning(s), {N(audit.Notes)} note(s). The page: {audit.PagePath}");
    }
}
