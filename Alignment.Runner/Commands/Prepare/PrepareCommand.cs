using Alignment.MLNet.Masks;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.SceneDetection;
using Alignment.Onnx.Bundles;
using Alignment.Runner.Commands.Attention;
using Alignment.Runner.Commands.Masks;
using Alignment.Runner.Commands.Scenes;
using Alignment.Runner.Commands.Validate;

namespace Alignment.Runner.Commands.Prepare;

sealed class PrepareCommand : RunnerCommand
{
    readonly Option<string> _videos =
        Flag.Needed("--videos", "DIR", "The folder of videos (or one video). The id of each is its file name without the ending.");
    readonly Option<string> _keywords = Flag.Needed("--keywords", "FILE",
        "CSV with the columns _id and keyword_list[0]: the product of each video. Copied into the data folder.");
    readonly Option<string> _data = Flag.Needed("--data", "DIR", "The data folder to create; what is there already is left alone.");
    readonly Option<string?> _model = Flag.Model();
    readonly JobFlags _job;
    readonly AttentionFlags _attention;

    public PrepareCommand(Terminal terminal) : base(terminal, "prepare",
        "Makes a whole data set from raw videos: scenes, keyword masks, attention, valid_scenes.csv and an audit page. Stopped at any "
            + "moment, the same command continues; each step is also a command of its own (scenes, masks, attention, validate) with more "
            + "options. Exit code 3 when a video, scene or file could not be used (the rest is done all the same).",
        "alignment prepare --videos footage --keywords keywords.csv --gaze gaze.csv --model models/sd15 --data data",
        "alignment prepare --videos footage --keywords keywords.csv --data data         # no tracker: attention is predicted, and said "
        + "to be",
        "alignment run --data data --source footage --out out                           # what comes next")
    {
        Parameters((_videos, "videos"), (_keywords, "keywords"), (_data, "data"), (_model, "model"));
        _job = new(this);
        _attention = new(this);
        Bind("--video", OptionName.Of<SceneDetectionOptions>(nameof(SceneDetectionOptions.VideoIds)));
        Bind("--video", OptionName.Of<MaskOptions>(nameof(MaskOptions.Videos)));
    }

    sealed class JobFlags : Flags<PrepareOptions>
    {
        public JobFlags(RunnerCommand command) : base(command, new())
        {
            Bind("--detector", o => o.Scenes.Detector, "How cuts are found.");
            Bind("--mask-threshold", o => o.Masks.Mask.Threshold, "Probabilities above this are product; lower takes in more.");
        }
    }

    public override string Again(ParseResult parse) =>
        _attention.Replaces(parse) ? "it continues, but for the heatmaps, which --force makes again" : ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        ModelBundle model = ModelBundle.Open(parse.GetValue(_model) ?? BundledModels.Tiny);
        var attention = _attention.Read(parse);
        var options = _job.Read(parse) with { Attention = attention, Videos = attention.Videos };
        PrepareResult result = Watch(progress =>
            PrepareJob.Run(parse.GetValue(_videos)!, parse.GetValue(_keywords)!, model, parse.GetValue(_data)!, options, progress,
            cancellationToken));
        return Show(parse, terminal, result, Print);
    }

    static void Print(PrepareResult result, IAnsiConsole to)
    {
        to.WriteLine("Scenes");
        SceneTable.Print(result.Scenes, to);
        to.WriteLine("Masks");
        MaskTable.Print(result.Masks, to);
        to.WriteLine("Attention");
        AttentionTable.Print(result.Attention, to);
        to.WriteLine("Data set");
        ValidationTable.Print(result.Validation, to);
        AuditTable.Print(result.Audit, to);
        to.WriteLine($"Look at {Path.Combine(result.AuditFolder, "audit.html")} before you spend hours on editing. "
            + $"Then: alignment run --data {SafePath.Shorten(result.DataFolder, 300)} --source DIR_OF_VIDEOS --out DIR");
    }
}
