using Alignment.MLNet.Reports;

namespace Alignment.Runner.Commands.Report;

sealed class ReportCommand : RunnerCommand
{
    readonly Option<string> _run = Flag.Needed("--run", "DIR",
        $"The output folder of 'alignment run'. Gets {ReportJob.Folder}/{ReportJob.HtmlFile} and the tables beside it.");
    readonly ReportFlags _flags;

    public ReportCommand(Terminal terminal) : base(terminal, "report",
        "One page about a run, with everything inside: warnings and assumptions first, what viewers did, how far attention moved, scenes × "
            + "variants before and after, what was done, and a methods paragraph for a paper. It needs no network, reads on a phone, and "
            + "prints. All its tables are beside it as CSV and JSON. What the run does not have is said, with the command that makes it.",
        "alignment report --run out",
        "alignment report --run out --scenes 60 --videos",
        "alignment report --run out --json")
    {
        Parameters((_run, "run"));
        _flags = new(this);
    }

    sealed class ReportFlags : Flags<ReportOptions>
    {
        public ReportFlags(RunnerCommand command) : base(command, new())
        {
            Bind("--scenes", o => o.ScenesShown, "Scenes on the contact sheet, spread over the videos; the rest is counted.", "N");
            Bind("--picture-megabytes", o => o.PictureMegabytes,
                "About how many megabytes their pictures may take; fewer scenes are shown where they would take more, and the page says "
                + "so.", "MB");
            Bind("--videos", o => o.Videos, "Puts small copies of the videos into the page, as many as fit.");
            Bind("--video-megabytes", o => o.VideoMegabytes, "Most megabytes of them.", "MB");
            Rare(Bind("--picture-width", o => o.PictureWidth, "Width of the pictures in pixels.", "PIXELS"));
        }
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        ReportResult result = Watch(progress => ReportJob.Run(parse.GetValue(_run)!, _flags.Read(parse), progress, cancellationToken));
        return Show(parse, terminal, result, (r, _) => Print(r, terminal.OutputWriter));   // unfolded: a path can be copied
    }

    static void Print(ReportResult result, TextWriter to)
    {
        foreach (string file in result.Unreadable) to.WriteLine($"left out: {SafePath.Shorten(file, 400)}");
        foreach (MissingPart part in result.Missing) to.WriteLine($"not in this run: {part.What}   {part.Command}");
        to.WriteLine($"{N(result.ScenesShown)} of {N(result.Scenes)} scenes "
            + $"shown{(result.VideosShown > 0 ? $", {N(result.VideosShown)} videos inside" : "")}; "
            + $"{N((result.Bytes + 512) / 1024)} kB{(result.Made ? "" : "; it was up to date")}.");
        to.WriteLine($"  {"report",-14} {result.Html}");
        to.WriteLine($"  {"tables",-14} {result.TablesFolder}");
    }
}
