using Alignment.MLNet.SceneDetection;

namespace Alignment.Runner.Commands.Scenes;

sealed class ScenesCommand : RunnerCommand
{
    readonly Option<string> _videos =
        Flag.Needed("--videos", "DIR", "The folder with the videos, or one video. A video's id is its file name without the ending.");
    readonly Option<string> _data = Flag.Needed("--data", "DIR",
        "The data folder; gets video_scene_cuts/{id}/ with stills and scenes.csv, and scene_reports/{id}/.");
    readonly SceneFlags _flags;

    public ScenesCommand(Terminal terminal) : base(terminal, "scenes",
        "Cuts videos into scenes: a still of each, scenes.csv with their frames and times, and a picture of the cuts to look at. A video "
        + "whose scenes are there already is passed over. Exit code 3 when a video could not be used (the others are done all the same).",
        "alignment scenes --videos footage --data data",
        "alignment scenes --videos footage --data data --images 3 --stats",
        "alignment scenes --videos footage/spot.mp4 --data data --detector content --threshold 30 --force")
    {
        Parameters((_videos, "videos"), (_data, "data"));
        _flags = new(this);
    }

    sealed class SceneFlags : Flags<SceneDetectionOptions>
    {
        static readonly string[] s_thresholds = [nameof(SceneDetectionOptions.ContentThreshold),
            nameof(SceneDetectionOptions.AdaptiveThreshold),
            nameof(SceneDetectionOptions.FadeThreshold), nameof(SceneDetectionOptions.HistogramThreshold)];

        readonly Option<double?> _threshold;

        public SceneFlags(RunnerCommand command) : base(command, new())
        {
            BindVideos(o => o.VideoIds);
            Bind("--detector", o => o.Detector,
                "How cuts are found: shots (repeated frames, flashes and moves are no cuts, gradual transitions one), or PySceneDetect's "
                    + "content, adaptive, threshold, histogram.");
            Bind("--min-scene", o => o.MinSceneSeconds, "Shortest scene in seconds.", "SECONDS");
            _threshold = new("--threshold")
            {
                Description =
                    Invariant($"The detector's threshold: content {Defaults.ContentThreshold}, adaptive {Defaults.AdaptiveThreshold}, "
                        + $"threshold {Defaults.FadeThreshold}, histogram {Defaults.HistogramThreshold} by default; shots has none."),
                HelpName = "N",
            };
            command.Add(_threshold);
            foreach (string threshold in s_thresholds) command.Bind("--threshold", OptionName.Of<SceneDetectionOptions>(threshold));
            Bind("--images", o => o.Images,
                "Stills per scene: one is the middle frame; of several the first is the scene's second frame and the last its last but "
                    + "one, as PySceneDetect has them. Number 01 is the data set's still.", "N");
            Rare(Bind("--quality", o => o.JpegQuality, "JPEG quality of the stills, 1 to 100.", "N"));
            Bind("--stats", o => o.Stats, "Also write every frame's scores to scene_reports/{id}/stats.csv.");
            Rare(BindOff("--no-strip", o => o.Strip, "Do not draw scene_reports/{id}/cuts.png, the frames around each cut."));
            Bind("--force", o => o.Force, "Replace what is there, also stills that were provided.");
        }

        public override SceneDetectionOptions Read(ParseResult parse, SceneDetectionOptions? from = null)
        {
            SceneDetectionOptions options = base.Read(parse, from);
            if (parse.GetValue(_threshold) is not { } threshold) return options;
            return options.Detector switch
            {
                CutDetector.Content => options with { ContentThreshold = threshold },
                CutDetector.Adaptive => options with { AdaptiveThreshold = threshold },
                CutDetector.Threshold => options with { FadeThreshold = threshold },
                CutDetector.Histogram => options with { HistogramThreshold = threshold },
                _ => throw UsageException.For("--threshold", "the detector 'shots'", "content, adaptive, threshold or histogram",
                    "Leave the threshold out, or name the detector it is for."),
            };
        }
    }

    public override string Again(ParseResult parse) => _flags.Read(parse).Force ? ItStartsOver : ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        var result = Watch(progress =>
            SceneDetectionJob.Run(parse.GetValue(_videos)!, parse.GetValue(_data)!, _flags.Read(parse), progress,
            cancellationToken: cancellationToken));
        return Show(parse, terminal, result, SceneTable.Print);
    }
}
