using Alignment.MLNet.Dataset;
using Alignment.MLNet.Video;

namespace Alignment.Runner.Commands.Assemble;

sealed class AssembleCommand : RunnerCommand
{
    readonly Option<string> _edited = Flag.Needed("--edited", "DIR", "The edited_scenes folder, or the folder that holds it.");
    readonly Option<string> _out = Flag.Out("Gets videos/{video_id}_{variant}.mp4 and a manifest.");
    readonly Option<string?> _data =
        Flag.Maybe("--data", "DIR", "The data set the scenes are of: its scene lists and videos are found without --source.");
    readonly VideoFlags _videos;
    readonly AssembleFlags _flags;

    public AssembleCommand(Terminal terminal) : base(terminal, "assemble",
        "Puts edited scenes back into videos (H.264, yuv420p, faststart): each scene held for its real duration where a scene list or "
            + "source video is known, audio copied from the source.",
        "alignment assemble --edited out/edited_scenes --out out --data data --source footage",
        "alignment assemble --edited out/edited_scenes --out out --scene-seconds 2 --fps 25 --smooth on",
        "alignment assemble --edited out/edited_scenes --out out --smooth fade=6,deflicker=0")
    {
        Parameters((_edited, "editedFolder"), (_out, "outFolder"), (_data, "data"));
        _videos = new(this);
        _flags = new(this);
    }

    sealed class VideoFlags : Flags<AssembleOptions>
    {
        public VideoFlags(RunnerCommand command) : base(command, new()) => BindVideos(o => o.VideoIds);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        var options = _videos.Read(parse, _flags.Read(parse));
        IReadOnlyList<string> sources = [.. _flags.Sources(parse), .. parse.GetValue(_data) is { } data ? VideoSource.FoldersOf(data) : []];
        var result = Watch(progress => AssembleJob.Run(parse.GetValue(_edited)!, parse.GetValue(_out)!, sources, options, progress,
            cancellationToken: cancellationToken));
        return Show(parse, terminal, result, Print);
    }

    static void Print(AssembleResult result, IAnsiConsole to)
    {
        var table = Tables.Of("video", "size", "frames", "seconds", "durations from", "audio");
        foreach (var v in result.Videos)
            table.Row(SafePath.Shorten(v.File), SizeText.Of(v.Width, v.Height), N(v.Frames),
                Invariant($"{v.Seconds:0.00}"),
                SafePath.Shorten(v.Durations), SafePath.Shorten(v.Audio ?? "none"));
        to.Write(table);
        to.WriteLine($"{N(result.Made)} written, {N(result.UpToDate)} up to date.");
        foreach (string problem in result.Problems) to.WriteLine(SafePath.Shorten(problem, 400));
    }
}
