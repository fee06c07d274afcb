using Alignment.Onnx.Bundles;
using Alignment.Onnx.Training;

namespace Alignment.Runner.Commands.Models;

sealed class ModelsTrainingCommand : RunnerCommand
{
    readonly Option<string> _model = Flag.Needed("--model", "BUNDLE", "The bundle, written by 'alignment models import'.");
    readonly ArtifactFlags _flags;

    public ModelsTrainingCommand(Terminal terminal) : base(terminal, "training",
        "Writes the training artifact into a bundle's training folder: training_model.onnx, eval_model.onnx, optimizer_model.onnx and "
        + "the checkpoint to start from. Any ONNX Runtime runs them; frozen weights stay in the bundle's own files.",
        "alignment models training --model models/sd15",
        "alignment models training --model models/sd15 --losses noise,reconstruction,background",
        "alignment models training --model models/sd15 --recompute")
    {
        Parameters((_model, "bundle"));
        _flags = new(this);
    }

    sealed class ArtifactFlags : Flags<TrainingArtifactOptions>
    {
        public ArtifactFlags(RunnerCommand command) : base(command, TrainingArtifactOptions.Default)
        {
            BindText("--losses", o => o.Losses,
                "Parts of the loss, separated by commas: noise, reconstruction, lpips, background. What is left out costs nothing.", "LIST",
                TrainingArtifactOptions.ParseLosses, _ => TrainingArtifactOptions.Default.LossNames);
            Bind("--recompute", o => o.Recompute,
                "A backward pass that computes the values inside resnets and transformers again: less memory, more time.");
        }
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        var bundle = ModelBundle.Open(parse.GetValue(_model)!);
        var options = _flags.Read(parse);
        Watch(progress => { TrainingArtifact.Write(bundle, options, progress, cancellationToken); return 0; });
        (string File, long Bytes)[] files = [.. TrainingArtifact.Files(bundle)
            .Select(f => (f, new FileInfo(Path.Combine(bundle.Folder, f)).Length))];
        if (WantsJson(parse)) terminal.WriteJson(new
        {
            bundle.Folder,
            Losses = options.LossNames,
            Files = files.Select(f => new { f.File, f.Bytes })
        });
        else
        {
            var table = Tables.Of("file", "bytes");
            foreach (var (file, bytes) in files) table.Row(file, N(bytes));
            terminal.Out.Write(table);
        }
        return ExitCodes.Ok;
    }
}
