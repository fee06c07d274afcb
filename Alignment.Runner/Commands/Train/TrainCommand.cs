using Alignment.MLNet.Training;
using Alignment.Onnx.Bundles;

namespace Alignment.Runner.Commands.Train;

/// <summary><c>alignment train</c>: fine-tunes a bundle's ControlNet.</summary>
sealed class TrainCommand : RunnerCommand
{
    readonly Option<string> _data = Flag.Data();
    readonly Option<string?> _model = Flag.Model();
    readonly Option<string> _out = Flag.Out("Gets the trained bundle (model/), checkpoints, losses, samples.");
    readonly TrainFlags _flags;

    public TrainCommand(Terminal terminal) : base(terminal, "train",
        "Fine-tunes the ControlNet on your scenes, masks and heatmaps; the other models stay as they are. Stopped at any "
        + "moment, the same command continues, and ends with the same bytes. Use the result with --model OUT/model.",
        "alignment train --data data --model models/sd15 --out trained",
        "alignment train --data data --model models/sd15 --out trained --device cuda:0 --batch-size 4 --accumulation 1 --epochs 30",
        "alignment train --data data --model models/sd15 --out trained --size 384     # less memory",
        "alignment train --data data --out try --size 64 --steps 30 --lr 1e-3            # a quick try with the bundled model")
    {
        Parameters((_data, "data"), (_model, nameof(ControlNetTrainingOptions.Model)), (_out, nameof(ControlNetTrainingOptions.Output)));
        Bind("--model", OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Model)));
        Bind("--out", OptionName.Of<ControlNetTrainingOptions>(nameof(ControlNetTrainingOptions.Output)));
        _flags = new(this);
    }

    public override string Again(ParseResult parse) => _flags.BeginsAnew(parse) ? ItStartsOver : ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        ControlNetTrainingOptions options = _flags.Read(parse) with
        {
            Model = parse.GetValue(_model) ?? BundledModels.Tiny,
            Output = parse.GetValue(_out)!,
        };
        TrainingResult result = Watch(progress => TrainingJob.Run(parse.GetValue(_data)!, options, progress, cancellationToken));
        return Show(parse, terminal, result, (r, _) => Print(r, terminal.OutputWriter));
    }

    // Whole lines: a path can be copied.
    static void Print(TrainingResult r, TextWriter to)
    {
        to.WriteLine($"{N(r.Steps)} steps ({N(r.StepsMade)} now) on {N(r.TrainScenes)} scenes of {N(r.TrainVideos)} video(s); "
            + $"validated with {N(r.ValidationScenes)} scenes of {N(r.ValidationVideos)} other(s).");
        to.WriteLine($"Training loss {Text(r.FirstTrainingLoss)} at the first step, {Text(r.LastTrainingLoss)} at the last."
            + (r.BestValidationLoss is null ? "" : $" Validation loss {Text(r.FirstValidationLoss)} at first, "
            + $"{Text(r.BestValidationLoss)} at step {N(r.ChosenStep)}, whose weights were kept."));
        if (r.StoppedEarly) to.WriteLine("Ended early: validation no longer improved (--patience).");
        foreach (string note in r.Notes) to.WriteLine(note);
        to.WriteLine();
        to.WriteLine($"  {"model",-10} {r.Model}");
        to.WriteLine($"  {"losses",-10} {r.LossesFile}");
        foreach (string sheet in r.Samples) to.WriteLine($"  {"samples",-10} {sheet}");
        to.WriteLine();
        to.WriteLine($"alignment run --data DATA --model {r.Model} --out OUT");
    }

    static string Text(double? loss) => loss is { } l ? Invariant($"{l:0.#####}") : "unknown";
}
