using System.CommandLine.Parsing;
using Alignment.MLNet.Gaze;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Stages;

namespace Alignment.Runner.Commands.Attention;

sealed class AttentionFlags : Flags<AttentionOptions>
{
    static readonly AttentionPredictorOptions s_predict = new();

    static readonly (string Word, HeatmapNormalization Mode)[] s_modes =
        [("max", HeatmapNormalization.DivideByMax), ("min-max", HeatmapNormalization.MinMax),
        ("percentile", HeatmapNormalization.Percentile), ("sum-to-one", HeatmapNormalization.SumToOne)];

    readonly Option<bool> _force;
    readonly Option<double> _centre;

    public AttentionFlags(RunnerCommand command) : base(command, new())
    {
        var gaze = BindText("--gaze", o => o.GazeFile,
            "CSV of gaze samples or fixations: video_id, participant, time_seconds, x, y and, for fixations, duration_seconds.", "FILE",
            file => file);
        Option[] ofGaze =
        [
            Bind("--coordinates", o => o.Gaze.Coordinates,
                "What x and y are: pixels of the frame, or parts of its width and height from 0 to 1."),
            BindText("--frame", o => o.Gaze.FrameWidth,
                "Size of the frame that pixel coordinates are given in, such as 1920x1080; the still's own by default.", "SIZE",
                size => SizeText.Parse(size, "--frame").Width),
            BindText("--sigma", o => o.Gaze.Sigma,
                "The Gaussian each fixation is spread by: 30px (of the frame) or 1deg (of visual angle).", "SIGMA",
                GazeSigma.Parse, s => s.ToString()),
            Bind("--viewing-distance", o => o.Gaze.ViewingDistanceCm, "For degrees: centimetres from the eye to the screen.", "CM"),
            Bind("--screen-width", o => o.Gaze.ScreenWidthCm, "For degrees: centimetres that the video was wide on the screen.", "CM"),
        ];
        AlsoText((Option<string?>)ofGaze[1], o => o.Gaze.FrameHeight, size => SizeText.Parse(size, "--frame").Height);
        var predict = BindText("--predict", o => o.Predict,
            $"Predict attention: {string.Join(", ", AttentionPredictorOptions.Names)}, the .json of an ONNX model, or several joined by + "
                + $"(averaged). Without --gaze {s_predict.Predictor} is the default; with it, it serves scenes without gaze.", "PREDICTOR",
            name => new AttentionPredictorOptions { Predictor = name });
        command.Bind("--predict", OptionName.Of<AttentionPredictorOptions>(nameof(AttentionPredictorOptions.Predictor)));
        _centre = AddCentre();
        BindText("--normalize", o => o.Normalize,
            $"How values become attention: {string.Join(", ", s_modes.Select(m => m.Word))}. By default a measured map is divided by its "
                + $"maximum and a predicted one left as it is.", "HOW", Mode);
        var percentiles = BindText("--percentiles", o => o.LowPercentile,
            Invariant($"The two of --normalize percentile; {Defaults.LowPercentile},{Defaults.HighPercentile} by default."), "LOW,HIGH",
            text => Percentiles(text).Low);
        AlsoText(percentiles, o => o.HighPercentile, text => Percentiles(text).High);
        Bind("--smooth", o => o.Smoothing, "Sigma in pixels of a further blur of the map; 0: none.", "PIXELS");
        foreach (var (flag, property) in ((string, string)[])[("--percentiles", nameof(AttentionOptions.LowPercentile)),
            ("--smooth", nameof(AttentionOptions.Smoothing))])
            command.Bind(flag, OptionName.Of<NormalizeHeatmapOptions>(property));
        _force = Bind("--force", o => o.Force, "Replace heatmaps that are there. Those that were provided are kept beside as *.replaced.");
        BindVideos(o => o.Videos);
        BindList("--source", o => o.SourceFolders,
            "A folder with scene lists ({video_id}.scenes.csv, {video_id}/scenes.csv, …); may be repeated. The data folder and the one "
                + "above it are looked in anyway.", "DIR", folders => folders);
        BindOff("--no-sheets", o => o.ContactSheets, "Draw no contact sheets (attention_sheets/{video_id}.png).");
        command.Validators.Add(typed => RefuseWithoutEffect(typed, gaze, ofGaze, predict));
    }

    // Who gives them means to measure, or to predict: without the other option they would do nothing, and nobody would notice.
    void RefuseWithoutEffect(CommandResult typed, Option gaze, Option[] ofGaze, Option predict)
    {
        bool Typed(Option option) => typed.GetResult(option) is { Implicit: false };
        foreach (Option option in ofGaze.Where(o => !Typed(gaze) && Typed(o)))
            typed.AddError($"{option.Name}: found it without --gaze, expected a gaze file that it is said of. Give --gaze, or leave it "
                + $"out to predict.");
        if (Typed(gaze) && !Typed(predict) && Typed(_centre))
            typed.AddError(
                $"{_centre.Name}: found it with --gaze alone, expected predicted attention. Give --predict as well, or leave it out.");
    }

    // Whether also heatmaps that are there are written.
    public bool Replaces(ParseResult parse) => parse.GetValue(_force);

    public override AttentionOptions Read(ParseResult parse, AttentionOptions? from = null)
    {
        AttentionOptions options = base.Read(parse, from);
        AttentionPredictorOptions? predict = options.Predict ?? (options.GazeFile is null ? s_predict : null);
        return options with { Predict = predict is null ? null : predict with { CentreWeight = parse.GetValue(_centre) } };
    }

    static HeatmapNormalization? Mode(string word) =>
        s_modes.FirstOrDefault(m => m.Word.Equals(word, StringComparison.OrdinalIgnoreCase)) is { Word: not null } found ? found.Mode
        : throw UsageException.For("--normalize", $"'{SafePath.Shorten(word)}'", string.Join(", ", s_modes.Select(m => m.Word)),
        "Use one of these.");

    static (double Low, double High) Percentiles(string text)
    {
        double high = 0;
        return text.Split(',') is [var first, var second]
            && double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out double low)
            && double.TryParse(second, NumberStyles.Float, CultureInfo.InvariantCulture, out high) ? (low, high)
            : throw UsageException.For("--percentiles", $"'{SafePath.Shorten(text)}'", "two numbers from 0 to 100, such as 1,99",
            "Decimals have a point.");
    }
}
