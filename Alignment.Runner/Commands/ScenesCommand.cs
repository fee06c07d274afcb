using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.SceneDetection;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment scenes</c>: from videos to scene stills and scene lists.</summary>
sealed class ScenesCommand : RunnerCommand
{
    static readonly SceneDetectionOptions s_defaults = new();

    readonly Option<string> _videosFolder = new("--videos") { Description = "The folder with the videos, or one video. A video's id is its file name without the ending.", HelpName = "DIR", Required = true };
    readonly Option<string> _data = new("--data") { Description = "The data folder; gets video_scene_cuts/{id}/ with stills and scenes.csv, and scene_reports/{id}/.", HelpName = "DIR", Required = true };
    readonly Option<string[]> _only = Flags.Videos();
    readonly Option<CutDetector> _detector = new("--detector") { Description = "How cuts are found: shots (repeated frames, flashes and moves are no cuts, gradual transitions one), or PySceneDetect's content, adaptive, threshold, histogram.", DefaultValueFactory = _ => s_defaults.Detector };
    readonly Option<double> _minimum = new("--min-scene") { Description = "Shortest scene in seconds.", HelpName = "SECONDS", DefaultValueFactory = _ => s_defaults.MinSceneSeconds };
    readonly Option<double?> _threshold = new("--threshold") { Description = string.Create(CultureInfo.InvariantCulture, $"The detector's threshold: content {s_defaults.ContentThreshold}, adaptive {s_defaults.AdaptiveThreshold}, threshold {s_defaults.FadeThreshold}, histogram {s_defaults.HistogramThreshold} by default; shots has none."), HelpName = "N" };
    readonly Option<int> _images = new("--images") { Description = "Stills per scene: one is the middle frame; of several the first is the scene's second frame and the last its last but one, as PySceneDetect has them. Number 01 is the data set's still.", HelpName = "N", DefaultValueFactory = _ => s_defaults.Images };
    readonly Option<int> _quality = new("--quality") { Description = "JPEG quality of the stills, 1 to 100.", HelpName = "N", DefaultValueFactory = _ => s_defaults.JpegQuality };
    readonly Option<bool> _stats = new("--stats") { Description = "Also write every frame's scores to scene_reports/{id}/stats.csv." };
    readonly Option<bool> _noStrip = new("--no-strip") { Description = "Do not draw scene_reports/{id}/cuts.png, the frames around each cut." };
    readonly Option<bool> _force = new("--force") { Description = "Make again what is there, also stills that were brought along." };

    public ScenesCommand(Terminal terminal) : base(terminal, "scenes",
        "Cuts videos into scenes: a still of each, scenes.csv with their frames and times, and a picture of the cuts to look at. A video whose scenes are there already is passed over. Exit code 3 when a video could not be used (the others are done all the same).",
        "alignment scenes --videos footage --data data",
        "alignment scenes --videos footage --data data --images 3 --stats",
        "alignment scenes --videos footage/spot.mp4 --data data --detector content --threshold 30 --force")
    {
        foreach (Option option in new Option[] { _videosFolder, _data, _only, _detector, _minimum, _threshold, _images, _quality, _stats, _noStrip, _force }) Add(option);
    }

    public override string Again(ParseResult parse) => parse.GetValue(_force) ? ItStartsOver : ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var report = Watch(progress => SceneDetectionJob.Run(parse.GetValue(_videosFolder)!, parse.GetValue(_data)!, Chosen(parse), progress, cancellationToken: stop));
        if (WantsJson(parse)) terminal.WriteJson(report);
        else Print(report, terminal.Out);
        return report.Problems.Count > 0 ? ExitCodes.BadData : ExitCodes.Ok;
    }

    SceneDetectionOptions Chosen(ParseResult parse)
    {
        var detector = parse.GetValue(_detector);
        var options = s_defaults with
        {
            Detector = detector,
            MinSceneSeconds = parse.GetValue(_minimum),
            Images = parse.GetValue(_images),
            JpegQuality = parse.GetValue(_quality),
            Stats = parse.GetValue(_stats),
            Strip = !parse.GetValue(_noStrip),
            Force = parse.GetValue(_force),
            VideoIds = parse.GetValue(_only) is { Length: > 0 } ids ? ids : null,
        };
        if (parse.GetValue(_threshold) is not { } threshold) return options;
        return detector switch
        {
            CutDetector.Content => options with { ContentThreshold = threshold },
            CutDetector.Adaptive => options with { AdaptiveThreshold = threshold },
            CutDetector.Threshold => options with { FadeThreshold = threshold },
            CutDetector.Histogram => options with { HistogramThreshold = threshold },
            _ => throw UsageException.For("--threshold", "the detector 'shots'", "content, adaptive, threshold or histogram", "Leave the threshold out, or name the detector it is for."),
        };
    }

    internal static void Print(SceneDetectionResult report, IAnsiConsole to)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("video", "scenes", "frames", "seconds", "stills", "");
        foreach (var v in report.Videos)
        {
            bool known = v.State != DetectionState.Provided;
            table.AddRow([.. new[]
            {
                v.VideoId, known ? N(v.Scenes) : "", known ? N(v.Frames) : "", known ? v.Seconds.ToString("0.00", CultureInfo.InvariantCulture) : "", known ? N(v.Stills) : "",
                v.State switch { DetectionState.Made => "made", DetectionState.UpToDate => "up to date", _ => "brought along" },
            }.Select(t => new Text(SafePath.Shorten(t)))]);
        }
        to.Write(table);
        foreach (var v in report.Videos)
            foreach (string note in v.Notes) to.WriteLine($"{SafePath.Shorten(v.VideoId)}: {SafePath.Shorten(note, 400)}");
        foreach (string problem in report.Problems) to.WriteLine(SafePath.Shorten(problem, 400));
    }
}
