using System.CommandLine;
using Alignment.MLNet.Reports;
using Alignment.Runner.Cli;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment report</c>: a run as one page.</summary>
sealed class ReportCommand : RunnerCommand
{
    static readonly ReportOptions s_defaults = new();

    readonly Option<string> _run = new("--run") { Description = $"The output folder of 'alignment run'. Gets {ReportJob.Folder}/{ReportJob.HtmlFile} and the tables beside it.", HelpName = "DIR", Required = true };
    readonly Option<int> _scenes = new("--scenes") { Description = "Scenes on the contact sheet, spread over the videos; the rest is counted.", HelpName = "N", DefaultValueFactory = _ => s_defaults.ScenesShown };
    readonly Option<double> _pictures = new("--picture-megabytes") { Description = "About how many megabytes their pictures may take; fewer scenes are shown where they would take more, and the page says so.", HelpName = "MB", DefaultValueFactory = _ => s_defaults.PictureMegabytes };
    readonly Option<bool> _videos = new("--videos") { Description = "Puts small copies of the videos into the page, as many as fit." };
    readonly Option<double> _megabytes = new("--video-megabytes") { Description = "Most megabytes of them.", HelpName = "MB", DefaultValueFactory = _ => s_defaults.VideoMegabytes };
    readonly Option<int> _width = new("--picture-width") { Description = "Width of the pictures in pixels.", HelpName = "PIXELS", DefaultValueFactory = _ => s_defaults.PictureWidth };

    public ReportCommand(Terminal terminal) : base(terminal, "report",
        "One page about a run, with everything inside: warnings and assumptions first, what viewers did, how far attention moved, scenes × variants before and after, what was done, and a methods paragraph for a paper. It needs no network, reads on a phone, and prints. All its tables are beside it as CSV and JSON. What the run does not have is said, with the command that makes it.",
        "alignment report --run out",
        "alignment report --run out --scenes 60 --videos",
        "alignment report --run out --json")
    {
        foreach (Option option in new Option[] { _run, _scenes, _pictures, _videos, _megabytes, _width }) Add(option);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var options = new ReportOptions { ScenesShown = parse.GetValue(_scenes), PictureMegabytes = parse.GetValue(_pictures), Videos = parse.GetValue(_videos), VideoMegabytes = parse.GetValue(_megabytes), PictureWidth = parse.GetValue(_width) };
        ReportResult result = Watch(progress => ReportJob.Run(parse.GetValue(_run)!, options, progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(result);
        else Print(result, terminal);
        return result.Unreadable.Count > 0 ? ExitCodes.BadData : ExitCodes.Ok;
    }

    static void Print(ReportResult result, Terminal terminal)
    {
        TextWriter to = terminal.OutputWriter;   // unfolded: a path can be copied
        foreach (string file in result.Unreadable) to.WriteLine($"left out: {SafePath.Shorten(file, 400)}");
        foreach (MissingPart part in result.Missing) to.WriteLine($"not in this run: {part.What}   {part.Command}");
        to.WriteLine($"{N(result.ScenesShown)} of {N(result.Scenes)} scenes shown{(result.VideosShown > 0 ? $", {N(result.VideosShown)} videos inside" : "")}; {N((result.Bytes + 512) / 1024)} kB{(result.Made ? "" : "; it was up to date")}.");
        to.WriteLine($"  {"report",-14} {result.Html}");
        to.WriteLine($"  {"tables",-14} {result.TablesFolder}");
    }
}
