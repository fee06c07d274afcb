using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Video;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment assemble</c>: edited scenes back into videos.</summary>
sealed class AssembleCommand : RunnerCommand
{
    readonly Option<string> _edited = new("--edited") { Description = "The edited_scenes folder, or the folder that holds it.", HelpName = "DIR", Required = true };
    readonly Option<string> _out = Flags.Out("Gets videos/{video_id}_{variant}.mp4 and a manifest.");
    readonly Option<string?> _data = new("--data") { Description = "The data set the scenes are of: its scene lists and videos are found without --source.", HelpName = "DIR" };
    readonly Option<string[]> _videos = Flags.Videos();
    readonly AssembleFlags _flags;

    public AssembleCommand(Terminal terminal) : base(terminal, "assemble",
        "Puts edited scenes back into videos (H.264, yuv420p, faststart): each scene held for its real duration where a scene list or source video is known, audio copied from the source.",
        "alignment assemble --edited out/edited_scenes --out out --data data --source footage",
        "alignment assemble --edited out/edited_scenes --out out --scene-seconds 2 --fps 25 --smooth on",
        "alignment assemble --edited out/edited_scenes --out out --smooth fade=6,deflicker=0")
    {
        Add(_edited);
        Add(_out);
        Add(_data);
        Add(_videos);
        _flags = new(this);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var options = _flags.Read(parse) with { VideoIds = parse.GetValue(_videos) is { Length: > 0 } ids ? ids : null };
        IReadOnlyList<string> sources = [.. _flags.Sources(parse), .. parse.GetValue(_data) is { } data ? VideoSource.FoldersOf(data) : []];
        var result = Watch(progress => AssembleJob.Run(parse.GetValue(_edited)!, parse.GetValue(_out)!, sources, options, progress, cancellationToken: stop));
        if (WantsJson(parse)) terminal.WriteJson(result);
        else Print(result, terminal.Out);
        return result.Problems.Count > 0 ? ExitCodes.BadData : ExitCodes.Ok;
    }

    static void Print(AssembleResult result, IAnsiConsole to)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("video", "size", "frames", "seconds", "durations from", "audio");
        foreach (var v in result.Videos)
            table.AddRow([.. new[] { v.File, SizeText.Of(v.Width, v.Height), N(v.Frames), v.Seconds.ToString("0.00", CultureInfo.InvariantCulture), v.Durations, v.Audio ?? "none" }.Select(t => new Text(SafePath.Shorten(t)))]);
        to.Write(table);
        to.WriteLine($"{N(result.Made)} made, {N(result.UpToDate)} up to date.");
        foreach (string problem in result.Problems) to.WriteLine(SafePath.Shorten(problem, 400));
    }
}
