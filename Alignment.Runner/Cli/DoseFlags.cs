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

    readonly Option<bool> _noDose = new("--no-dose") { Description = "Do not measure how far attention moved." };

    /// <param name="command">The command that gets the options.</param>
    /// <param name="step">True where measuring is one step of many: then only what is often wanted is offered, and leaving it out.</param>
    public DoseFlags(Command command, bool step = false)
    {
        foreach (Option option in step ? [_predict, _margin, _noDose] : new Option[] { _predict, _centre, _margin, _confidence, _fixated, _noPlots }) command.Add(option);
    }

    /// <summary>The options; null with --no-dose.</summary>
    public DoseOptions? ReadStep(ParseResult parse) => parse.GetValue(_noDose) ? null : new()
    {
        Predictors = Predictors(parse, s_predict.CentreWeight),
        Margin = parse.GetValue(_margin),
    };

    public DoseOptions Read(ParseResult parse, string model)
    {
        return new()
        {
            Predictors = Predictors(parse, parse.GetValue(_centre)),
            Margin = parse.GetValue(_margin),
            Confidence = parse.GetValue(_confidence),
            FixatedPart = parse.GetValue(_fixated),
            Model = model,
            Plots = !parse.GetValue(_noPlots),
        };
    }

    IReadOnlyList<AttentionPredictorOptions> Predictors(ParseResult parse, double centre)
    {
        string[] names = parse.GetValue(_predict)!;
        return [.. (names.Length > 0 ? names : s_defaults.Predictors.Select(p => p.Predictor)).Select(n => new AttentionPredictorOptions { Predictor = n, CentreWeight = centre })];
    }
}
