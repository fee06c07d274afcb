using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Gaze;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Stages;

namespace Alignment.Runner.Cli;

/// <summary>The options of making heatmaps, for the commands that do it. Their defaults are those of <see cref="AttentionOptions"/>.</summary>
sealed class AttentionFlags
{
    static readonly AttentionOptions s_defaults = new();
    static readonly AttentionPredictorOptions s_predict = new();
    static readonly ViewingGeometry s_geometry = new();

    static readonly (string Word, HeatmapNormalization Mode)[] s_modes =
        [("max", HeatmapNormalization.DivideByMax), ("min-max", HeatmapNormalization.MinMax), ("percentile", HeatmapNormalization.Percentile), ("sum-to-one", HeatmapNormalization.SumToOne)];

    readonly Option<string?> _gaze = new("--gaze") { Description = "CSV of gaze samples or fixations: video_id, participant, time_seconds, x, y and, for fixations, duration_seconds.", HelpName = "FILE" };
    readonly Option<GazeCoordinates> _coordinates = new("--coordinates") { Description = "What x and y are: pixels of the frame, or parts of its width and height from 0 to 1.", DefaultValueFactory = _ => s_defaults.Gaze.Coordinates };
    readonly Option<string?> _frame = new("--frame") { Description = "Size of the frame that pixel coordinates are given in, such as 1920x1080; the still's own by default.", HelpName = "SIZE" };
    readonly Option<string> _sigma = new("--sigma") { Description = "The Gaussian each fixation is spread by: 30px (of the frame) or 1deg (of visual angle).", HelpName = "SIGMA", DefaultValueFactory = _ => s_defaults.Gaze.Sigma.ToString() };
    readonly Option<double> _distance = new("--viewing-distance") { Description = "For degrees: centimetres from the eye to the screen.", HelpName = "CM", DefaultValueFactory = _ => s_geometry.DistanceCm };
    readonly Option<double> _width = new("--screen-width") { Description = "For degrees: centimetres that the video was wide on the screen.", HelpName = "CM", DefaultValueFactory = _ => s_geometry.WidthCm };
    readonly Option<string?> _predict = new("--predict") { Description = $"Predict attention: {string.Join(", ", SaliencyPredictors.Names)}, the .json of an ONNX model, or several joined by + (averaged). Without --gaze {s_predict.Predictor} is the default; with it, it serves scenes without gaze.", HelpName = "PREDICTOR" };
    readonly Option<double> _centre = new("--centre") { Description = "Part of a centre prior in predicted maps, 0 (none) to 1.", HelpName = "PART", DefaultValueFactory = _ => s_predict.CentreWeight };
    readonly Option<string?> _normalize = new("--normalize") { Description = $"How values become attention: {string.Join(", ", s_modes.Select(m => m.Word))}. By default a measured map is divided by its maximum and a predicted one left as it is.", HelpName = "HOW" };
    readonly Option<string?> _percentiles = new("--percentiles") { Description = string.Create(CultureInfo.InvariantCulture, $"The two of --normalize percentile; {s_defaults.LowPercentile},{s_defaults.HighPercentile} by default."), HelpName = "LOW,HIGH" };
    readonly Option<float> _smooth = new("--smooth") { Description = "Sigma in pixels of a further blur of the map; 0: none.", HelpName = "PIXELS", DefaultValueFactory = _ => s_defaults.Smoothing };
    readonly Option<bool> _force = new("--force") { Description = "Make heatmaps also where there are some. Provided ones are kept beside as *.replaced." };
    readonly Option<string[]> _videos = Flags.Videos();
    readonly Option<string[]> _source = new("--source") { Description = "A folder with scene lists ({video_id}.scenes.csv, {video_id}/scenes.csv, …); may be repeated. The data folder and the one above it are looked in anyway.", HelpName = "DIR", DefaultValueFactory = _ => [] };
    readonly Option<bool> _noSheets = new("--no-sheets") { Description = "Draw no contact sheets (attention_sheets/{video_id}.png)." };

    public AttentionFlags(Command command)
    {
        foreach (Option option in new Option[] { _gaze, _coordinates, _frame, _sigma, _distance, _width, _predict, _centre, _normalize, _percentiles, _smooth, _force, _videos, _source, _noSheets })
            command.Add(option);
        command.Validators.Add(typed =>
        {
            // Who gives them means to measure, or to predict: without the other option they would do nothing, and nobody would notice.
            bool gaze = typed.GetResult(_gaze) is { Implicit: false }, predict = typed.GetResult(_predict) is { Implicit: false };
            foreach (Option option in new Option[] { _coordinates, _frame, _sigma, _distance, _width })
                if (!gaze && typed.GetResult(option) is { Implicit: false }) typed.AddError($"{option.Name}: found it without --gaze, expected a gaze file that it is said of. Give --gaze, or leave it out to predict.");
            if (gaze && !predict && typed.GetResult(_centre) is { Implicit: false }) typed.AddError($"{_centre.Name}: found it with --gaze alone, expected predicted attention. Give --predict as well, or leave it out.");
        });
    }

    /// <summary>Whether also heatmaps that are there are made.</summary>
    public bool MakesAgain(ParseResult parse) => parse.GetValue(_force);

    public AttentionOptions Read(ParseResult parse)
    {
        (int Width, int Height)? frame = parse.GetValue(_frame) is { } size ? SizeText.Parse(size, "--frame") : null;
        var (low, high) = Percentiles(parse.GetValue(_percentiles));
        string? predict = parse.GetValue(_predict), gaze = parse.GetValue(_gaze);
        double centre = parse.GetValue(_centre);
        return new()
        {
            GazeFile = gaze,
            Gaze = new()
            {
                Coordinates = parse.GetValue(_coordinates),
                FrameWidth = frame?.Width,
                FrameHeight = frame?.Height,
                Sigma = GazeSigma.Parse(parse.GetValue(_sigma)!),
                Geometry = new() { DistanceCm = parse.GetValue(_distance), WidthCm = parse.GetValue(_width) },
            },
            Predict = predict is null && gaze is not null ? null : new() { Predictor = predict ?? s_predict.Predictor, CentreWeight = centre },
            Normalize = parse.GetValue(_normalize) is { } how ? Mode(how) : null,
            LowPercentile = low,
            HighPercentile = high,
            Smoothing = parse.GetValue(_smooth),
            Force = parse.GetValue(_force),
            Videos = parse.GetValue(_videos)!,
            SourceFolders = parse.GetValue(_source)!,
            ContactSheets = !parse.GetValue(_noSheets),
        };
    }

    static HeatmapNormalization Mode(string word) => s_modes.FirstOrDefault(m => m.Word.Equals(word, StringComparison.OrdinalIgnoreCase)) is { Word: not null } found
        ? found.Mode
        : throw UsageException.For("--normalize", $"'{SafePath.Shorten(word)}'", string.Join(", ", s_modes.Select(m => m.Word)), "Use one of these.");

    static (double Low, double High) Percentiles(string? text)
    {
        if (text is null) return (s_defaults.LowPercentile, s_defaults.HighPercentile);
        string[] parts = text.Split(',');
        if (parts.Length == 2 && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double low) && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double high)) return (low, high);
        throw UsageException.For("--percentiles", $"'{SafePath.Shorten(text)}'", "two numbers from 0 to 100, such as 1,99", "Decimals have a point.");
    }
}
