using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Dose;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.Runner.Cli;

/// <summary>The options of measuring the dose. Their defaults are those of <see cref="DoseOptions"/>.</summary>
sealed class DoseFlags
{
    static readonly DoseOptions s_defaults = new();
    static readonly AttentionPredictorOptions s_predict = new();

    readonly Option<string[]> _predict = new("--predict")
    {
        Description = $"A predictor: {string.Join(", ", SaliencyPredictors.Names)}, the .json of an ONNX model, or several joined by + (averaged). May be repeated; the first is the one to quote. {string.Join(" and ", s_defaults.Predictors.Select(p => p.Predictor))} by default.",
        HelpName = "PREDICTOR",
        DefaultValueFactory = _ => [],
    };

    readonly Option<double> _centre = new("--centre") { Description = "Part of a centre prior in predicted maps, 0 (none) to 1.", HelpName = "PART", DefaultValueFactory = _ => s_predict.CentreWeight };
    readonly Option<double> _margin = new("--margin") { Description = string.Create(CultureInfo.InvariantCulture, $"The placebo's margin: the largest difference of attention shares (0 to 1) that would not matter. State it before you look; {s_defaults.Margin} is one point."), HelpName = "SHARE", DefaultValueFactory = _ => s_defaults.Margin };
    readonly Option<double> _confidence = new("--confidence") { Description = "Of the intervals.", HelpName = "PART", DefaultValueFactory = _ => s_defaults.Confidence };
    readonly Option<double> _fixated = new("--fixated") { Description = "The part of a target map's pixels, the highest, that stand for fixations in NSS and AUC.", HelpName = "PART", DefaultValueFactory = _ => s_defaults.FixatedPart };
    readonly Option<bool> _noPlots = new("--no-plots") { Description = "Draw no plots." };

    public DoseFlags(Command command)
    {
        foreach (Option option in new Option[] { _predict, _centre, _margin, _confidence, _fixated, _noPlots }) command.Add(option);
    }

    public DoseOptions Read(ParseResult parse, string model)
    {
        double centre = parse.GetValue(_centre);
        string[] names = parse.GetValue(_predict)!;
        return new()
        {
            Predictors = [.. (names.Length > 0 ? names : s_defaults.Predictors.Select(p => p.Predictor)).Select(n => new AttentionPredictorOptions { Predictor = n, CentreWeight = centre })],
            Margin = parse.GetValue(_margin),
            Confidence = parse.GetValue(_confidence),
            FixatedPart = parse.GetValue(_fixated),
            Model = model,
            Plots = !parse.GetValue(_noPlots),
        };
    }
}
