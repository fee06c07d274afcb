using Alignment.MLNet.Dose;
using Alignment.Onnx.Bundles;

namespace Alignment.Runner.Commands.Dose;

sealed class DoseCommand : RunnerCommand
{
    readonly Option<string> _run =
        Flag.Needed("--run", "DIR",
        "The output folder of `alignment run` (or of variants and edit): it holds variants_v3 and edited_scenes.");
    readonly Option<string?> _data =
        Flag.Maybe("--data", "DIR", "The data folder to take masks from; where they were when the variants were computed by default.");
    readonly Option<string?> _model = Flag.Maybe("--model", "BUNDLE",
        "The bundle whose LPIPS compares the baseline's edits with the stills; the bundled tiny model's own small trunk by default, which "
            + "is not LPIPS as published.");
    readonly Option<string?> _out = Flag.Maybe("--out", "DIR", "Where the report goes; dose in the run's folder by default.");
    readonly DoseFlags _flags;

    public DoseCommand(Terminal terminal) : base(terminal, "dose",
        "Measures the dose: how far attention moved in every edited scene, as predictors see it, against the baseline's edit. Checks that "
            + "each variant moved it the right way, that only its window moved, that the placebo is one, and what editing alone does. "
            + "Predicted attention is no viewer's. A rerun measures only what changed.",
        "alignment dose --run out",
        "alignment dose --run out --predict fine_grained --predict deepgaze.json      # the first is the one to quote",
        "alignment dose --run out --margin 0.02                                      # a placebo may differ by two points of attention",
        "alignment dose --run out --model models/sd15 --out dose-sd15 --json")
    {
        Parameters((_run, "run"), (_data, "data"), (_model, "model"), (_out, "output"));
        _flags = new(this);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        DoseOptions options = _flags.Read(parse) with { Model = parse.GetValue(_model) ?? BundledModels.Tiny };
        DoseResult result = Watch(progress =>
            DoseJob.Run(parse.GetValue(_run)!, options, parse.GetValue(_out), parse.GetValue(_data), progress, cancellationToken));
        return Show(parse, terminal, result, DoseTable.Print);
    }
}
