using System.CommandLine;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Gradients;
using Alignment.Onnx.Training;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands.Models;

/// <summary><c>alignment models training</c>: the models that train a bundle's ControlNet, written into the bundle.</summary>
sealed class ModelsTrainingCommand : RunnerCommand
{
    static readonly TrainingArtifactOptions s_defaults = TrainingArtifactOptions.Default;

    readonly Option<string> _model = new("--model") { Description = "The bundle, made by 'alignment models import'.", HelpName = "BUNDLE", Required = true };
    readonly Option<string> _losses = new("--losses") { Description = "Parts of the loss, separated by commas: noise, reconstruction, lpips, background. What is left out costs nothing.", HelpName = "LIST", DefaultValueFactory = _ => s_defaults.Losses.Text() };
    readonly Option<bool> _recompute = new("--recompute") { Description = "A backward pass that computes the values inside resnets and transformers again: less memory, more time." };

    public ModelsTrainingCommand(Terminal terminal) : base(terminal, "training",
        "Writes the training artifact into a bundle's training folder: training_model.onnx, eval_model.onnx, optimizer_model.onnx and the checkpoint to start from. Any ONNX Runtime runs them; frozen weights stay in the bundle's own files.",
        "alignment models training --model models/sd15",
        "alignment models training --model models/sd15 --losses noise,reconstruction,background",
        "alignment models training --model models/sd15 --recompute")
    {
        Add(_model);
        Add(_losses);
        Add(_recompute);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var bundle = ModelBundle.Open(parse.GetValue(_model)!);
        var options = s_defaults with { Losses = TrainingLossNames.Parse(parse.GetValue(_losses)!), Gradients = parse.GetValue(_recompute) ? GradientOptions.RecomputeBlocks : GradientOptions.Default };
        Watch(progress => { TrainingArtifact.Write(bundle, options, progress, stop); return 0; });
        (string File, long Bytes)[] files = [.. TrainingArtifact.Files(bundle).Select(f => (f, new FileInfo(Path.Combine(bundle.Folder, f)).Length))];
        if (WantsJson(parse)) terminal.WriteJson(new { bundle.Folder, Losses = options.Losses.Text(), Files = files.Select(f => new { f.File, f.Bytes }) });
        else
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("file", "bytes");
            foreach (var (file, bytes) in files) table.AddRow(new Text(file), new Text(N(bytes)));
            terminal.Out.Write(table);
        }
        return ExitCodes.Ok;
    }
}
