using Alignment.MLNet.Dose;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.Runner.Commands.Dose;

sealed class DoseFlags : Flags<DoseOptions>
{
    readonly Option<double>? _centre;

    // As one step of many only what is often wanted is offered.
    public DoseFlags(RunnerCommand command, bool step = false) : base(command, new())
    {
        BindList("--predict", o => o.Predictors,
            $"A predictor: {string.Join(", ", AttentionPredictorOptions.Names)}, the .json of an ONNX model, or several joined by + "
            + $"(averaged). May be repeated; the first is the one to quote. "
            + $"{string.Join(" and ", Defaults.Predictors.Select(p => p.Predictor))} by default.",
            "PREDICTOR", names => [.. names.Select(n => new AttentionPredictorOptions { Predictor = n })]);
        command.Bind("--predict", OptionName.Of<AttentionPredictorOptions>(nameof(AttentionPredictorOptions.Predictor)));
        Bind("--margin", o => o.Margin, Invariant($"The placebo's margin: the largest difference of attention shares (0 to 1) that would "
            + $"not matter. State it before you look; {Defaults.Margin} is one point."), "SHARE");
        if (step) return;
        _centre = AddCentre();
        Bind("--confidence", o => o.Confidence, "Of the intervals.", "PART");
        Bind("--fixated", o => o.FixationFraction, "The part of a target map's pixels, the highest, that stand for fixations in "
            + $"{DoseOptions.PeakMetrics}.", "PART");
        Rare(BindOff("--no-plots", o => o.Plots, "Draw no plots."));
    }

    public override DoseOptions Read(ParseResult parse, DoseOptions? from = null)
    {
        DoseOptions options = base.Read(parse, from);
        return _centre is null ? options
            : options with { Predictors = [.. options.Predictors.Select(p => p with { CentreWeight = parse.GetValue(_centre) })] };
    }
}
