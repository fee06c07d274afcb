using System.CommandLine;
using Alignment.Onnx.Import;
using Alignment.Runner.Cli;

namespace Alignment.Runner.Commands.Models;

/// <summary><c>alignment models import</c>: a diffusers folder becomes a bundle of ONNX models.</summary>
sealed class ModelsImportCommand : RunnerCommand
{
    static readonly DiffusersImportOptions s_defaults = DiffusersImportOptions.Default;

    readonly Option<string> _from = new("--from") { Description = "The diffusers folder: model_index.json, text_encoder, unet, vae, tokenizer and, if there is one, controlnet.", HelpName = "DIR", Required = true };
    readonly Option<string> _out = Flags.Out("The bundle to make.");
    readonly Option<string?> _controlNet = new("--controlnet") { Description = "A ControlNet's own folder; without any, one is initialised from the UNet's encoder with zero convolutions.", HelpName = "DIR" };
    readonly Option<int> _channels = new("--control-channels") { Description = "Control channels of a newly initialised ControlNet.", DefaultValueFactory = _ => s_defaults.ControlChannels };
    readonly Option<ulong> _seed = new("--seed") { Description = "Seed of a newly initialised ControlNet.", DefaultValueFactory = _ => s_defaults.Seed };
    readonly Option<string?> _license = new("--license") { Description = "The weights' licence, for the bundle's record; by default what the folder's README.md says.", HelpName = "TEXT" };
    readonly Option<string?> _origin = new("--origin") { Description = "Where the weights come from, for the bundle's record; the folder's name by default.", HelpName = "TEXT" };
    readonly Option<bool> _force = new("--force") { Description = "Replace a bundle that is already there." };

    public ModelsImportCommand(Terminal terminal) : base(terminal, "import",
        "Makes a bundle from a Stable Diffusion 1.5 folder in the diffusers layout (safetensors): authors the ONNX models and streams the weights into them.",
        "alignment models import --from downloads/stable-diffusion-v1-5 --out models/sd15",
        "alignment models import --from downloads/stable-diffusion-v1-5 --controlnet downloads/my-controlnet --out models/mine")
    {
        foreach (Option option in new Option[] { _from, _out, _controlNet, _channels, _seed, _license, _origin, _force }) Add(option);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var options = new DiffusersImportOptions
        {
            ControlNet = parse.GetValue(_controlNet),
            ControlChannels = parse.GetValue(_channels),
            Seed = parse.GetValue(_seed),
            License = parse.GetValue(_license),
            Origin = parse.GetValue(_origin),
            Force = parse.GetValue(_force),
        };
        var bundle = Watch(progress => DiffusersImport.Run(parse.GetValue(_from)!, parse.GetValue(_out)!, options, progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(bundle.Inspect());
        else ModelsInspectCommand.Print(bundle.Inspect(), terminal.Out);
        return ExitCodes.Ok;
    }
}
