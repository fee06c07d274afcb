using System.CommandLine;
using Alignment.MLNet.Masks;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.SceneDetection;
using Alignment.Onnx.Bundles;
using Alignment.Runner.Cli;
using Spectre.Console;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment prepare</c>: raw videos, keywords and gaze in; a data set for <c>run</c> out.</summary>
sealed class PrepareCommand : RunnerCommand
{
    static readonly PrepareOptions s_defaults = new();

    readonly Option<string> _videos = new("--videos") { Description = "The folder of videos (or one video). The id of each is its file name without the ending.", HelpName = "DIR", Required = true };
    readonly Option<string> _keywords = new("--keywords") { Description = "CSV with the columns _id and keyword_list[0]: the product of each video. Copied into the data folder.", HelpName = "FILE", Required = true };
    readonly Option<string> _data = new("--data") { Description = "The data folder to make; what is there already is left alone.", HelpName = "DIR", Required = true };
    readonly Option<string?> _model = Flags.Model();
    readonly Option<CutDetector> _detector = new("--detector") { Description = "How cuts are found.", DefaultValueFactory = _ => s_defaults.Scenes.Detector };
    readonly Option<float> _threshold = new("--mask-threshold") { Description = "Probabilities above this are product; lower takes in more.", DefaultValueFactory = _ => s_defaults.Masks.Mask.Threshold };
    readonly AttentionFlags _attention;

    public PrepareCommand(Terminal terminal) : base(terminal, "prepare",
        "Makes a whole data set from raw videos: scenes, keyword masks, attention, valid_scenes.csv and an audit page. Stopped at any moment, the same command continues; each step is also a command of its own (scenes, masks, attention, validate) with more options. Exit code 3 when a video, scene or file could not be used (the rest is done all the same).",
        "alignment prepare --videos footage --keywords keywords.csv --gaze gaze.csv --model models/sd15 --data data",
        "alignment prepare --videos footage --keywords keywords.csv --data data         # no tracker: attention is predicted, and said to be",
        "alignment run --data data --source footage --out out                           # what comes next")
    {
        foreach (Option option in new Option[] { _videos, _keywords, _data, _model, _detector, _threshold }) Add(option);
        _attention = new(this);
    }

    public override string Again(ParseResult parse) => _attention.MakesAgain(parse) ? "it continues, but for the heatmaps, which --force makes again" : ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        ModelBundle model = ModelBundle.Open(parse.GetValue(_model) ?? BundledModels.Tiny);
        var attention = _attention.Read(parse);
        MaskOptions masks = s_defaults.Masks;
        var options = new PrepareOptions
        {
            Scenes = s_defaults.Scenes with { Detector = parse.GetValue(_detector) },
            Masks = masks with { Mask = masks.Mask with { Threshold = parse.GetValue(_threshold) } },
            Attention = attention,
            Videos = attention.Videos,
        };
        PrepareResult report = Watch(progress => PrepareJob.Run(parse.GetValue(_videos)!, parse.GetValue(_keywords)!, model, parse.GetValue(_data)!, options, progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(report);
        else Print(report, terminal.Out);
        return report.HasFailures || report.Validation.IsBroken ? ExitCodes.BadData : ExitCodes.Ok;
    }

    static void Print(PrepareResult report, IAnsiConsole to)
    {
        void Step(string name) => to.WriteLine($"{name}");
        Step("Scenes");
        ScenesCommand.Print(report.Scenes, to);
        Step("Masks");
        MasksCommand.Print(report.Masks, to);
        Step("Attention");
        AttentionTable.Print(report.Attention, to);
        Step("Data set");
        ValidationTable.Print(report.Validation, to);
        AuditTable.Print(report.Audit, to);
        to.WriteLine($"Look at {Path.Combine(report.AuditFolder, "audit.html")} before you spend hours on editing. Then: alignment run --data {SafePath.Shorten(report.DataFolder, 300)} --source DIR_OF_VIDEOS --out DIR");
    }
}
