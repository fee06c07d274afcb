using System.CommandLine;
using System.CommandLine.Parsing;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Import;
using Alignment.Onnx.Models;
using Alignment.Runner.Cli;

namespace Alignment.Runner.Commands.Models;

/// <summary><c>alignment models import</c>: a diffusers folder becomes a bundle of ONNX models, or published LPIPS or CLIPSeg weights join one.</summary>
sealed class ModelsImportCommand : RunnerCommand
{
    static readonly DiffusersImportOptions s_defaults = DiffusersImportOptions.Default;

    readonly Option<string?> _from = new("--from") { Description = "The diffusers folder: model_index.json, text_encoder, unet, vae, tokenizer and, if there is one, controlnet.", HelpName = "DIR" };
    readonly Option<string?> _out = new("--out") { Description = "The bundle to make.", HelpName = "DIR" };
    readonly Option<string?> _controlNet = new("--controlnet") { Description = "A ControlNet's own folder; without any, one is initialised from the UNet's encoder with zero convolutions.", HelpName = "DIR" };
    readonly Option<int> _channels = new("--control-channels") { Description = "Control channels of a newly initialised ControlNet.", DefaultValueFactory = _ => s_defaults.ControlChannels };
    readonly Option<ulong> _seed = new("--seed") { Description = "Seed of a newly initialised ControlNet.", DefaultValueFactory = _ => s_defaults.Seed };
    readonly Option<string?> _license = new("--license") { Description = "The weights' licence, for the bundle's record; by default what the folder's README.md says.", HelpName = "TEXT" };
    readonly Option<string?> _origin = new("--origin") { Description = "Where the weights come from, for the bundle's record; the folder's name by default.", HelpName = "TEXT" };
    readonly Option<string> _precision = new("--precision") { Description = "fp32 or fp16 (float32, float16, single and half mean the same). fp32 is right for the processor, which has few kernels for fp16 and converts; fp16 is half the size and meant for graphics cards. Norms and softmax stay in fp32.", HelpName = "fp32|fp16", DefaultValueFactory = _ => s_defaults.Precision.Text };
    readonly Option<bool> _force = new("--force") { Description = "Replace a bundle that is already there." };

    readonly Option<string?> _lpips = new("--lpips") { Description = "Instead of --from: torchvision's squeezenet1_1, alexnet or vgg16, for the perceptual distance (.safetensors or .pth; nothing in it is run).", HelpName = "FILE" };
    readonly Option<LpipsTrunk?> _lpipsTrunk = new("--lpips-trunk") { Description = "Which of them it is; by default its tensors tell." };
    readonly Option<string?> _lpipsLinear = new("--lpips-linear") { Description = "lpips' linear layers for that trunk (its weights/v0.1/….pth), when they are not in the same file.", HelpName = "FILE" };
    readonly Option<string?> _clipSeg = new("--clipseg") { Description = "Instead of --from: a CLIPSeg folder in Hugging Face's layout, for keyword masks (safetensors or pytorch_model.bin; nothing in it is run).", HelpName = "DIR" };
    readonly Option<string?> _model = new("--model") { Description = "The bundle that gets the perceptual distance or CLIPSeg.", HelpName = "BUNDLE" };

    public ModelsImportCommand(Terminal terminal) : base(terminal, "import",
        "Makes a bundle from a Stable Diffusion 1.5 folder in the diffusers layout (safetensors): authors the ONNX models and streams the weights into them. Or, with --lpips, adds the perceptual distance to a bundle; with --clipseg, what makes keyword masks.",
        "alignment models import --from downloads/stable-diffusion-v1-5 --out models/sd15",
        "alignment models import --from downloads/stable-diffusion-v1-5 --controlnet downloads/my-controlnet --out models/mine",
        "alignment models import --from downloads/stable-diffusion-v1-5 --precision fp16 --out models/sd15-gpu",
        "alignment models import --lpips squeezenet1_1.pth --lpips-linear lpips/weights/v0.1/squeeze.pth --model models/sd15",
        "alignment models import --clipseg downloads/clipseg-rd64-refined --model models/sd15")
    {
        foreach (Option option in new Option[] { _from, _out, _controlNet, _channels, _seed, _license, _origin, _precision, _force, _lpips, _lpipsTrunk, _lpipsLinear, _clipSeg, _model }) Add(option);
        Validators.Add(OneKind);
    }

    /// <summary>A whole bundle, or a part for one: each takes its own options.</summary>
    void OneKind(CommandResult typed)
    {
        Option[] bundle = [_from, _out, _controlNet, _channels, _seed, _license, _origin, _precision, _force], lpips = [_lpips, _model, _lpipsTrunk, _lpipsLinear], clipSeg = [_clipSeg, _model];
        bool Typed(Option option) => typed.GetResult(option) is { Implicit: false };
        if (typed.Children.OfType<OptionResult>().Any(o => o.Option is System.CommandLine.Help.HelpOption)) return;
        Option[] own = Typed(_clipSeg) ? clipSeg : lpips.Any(Typed) ? lpips : bundle;
        if (bundle.Concat(lpips).Concat(clipSeg).Except(own).FirstOrDefault(Typed) is { } stranger)
            typed.AddError($"{stranger.Name}: found it with {own.First(Typed).Name}, expected --from with --out, --lpips with --model, or --clipseg with --model.");
        foreach (Option needed in own[..2])
            if (!Typed(needed)) typed.AddError($"Option '{needed.Name}' is required.");
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        ModelBundle bundle = parse.GetValue(_clipSeg) is { } clipSeg ? Watch(progress => ClipSegImport.Run(clipSeg, parse.GetValue(_model)!, progress, stop))
            : parse.GetValue(_lpips) is null ? Whole(parse, stop)
            : PerceptualDistance(parse, stop);
        if (WantsJson(parse)) terminal.WriteJson(bundle.Inspect());
        else ModelsInspectCommand.Print(bundle.Inspect(), terminal.Out);
        return ExitCodes.Ok;
    }

    ModelBundle PerceptualDistance(ParseResult parse, CancellationToken stop)
    {
        var options = new LpipsImportOptions { Trunk = parse.GetValue(_lpipsTrunk), Linear = parse.GetValue(_lpipsLinear) };
        return Watch(progress => LpipsImport.Run(parse.GetValue(_lpips)!, parse.GetValue(_model)!, options, progress, stop));
    }

    ModelBundle Whole(ParseResult parse, CancellationToken stop)
    {
        var options = new DiffusersImportOptions
        {
            ControlNet = parse.GetValue(_controlNet),
            ControlChannels = parse.GetValue(_channels),
            Seed = parse.GetValue(_seed),
            License = parse.GetValue(_license),
            Origin = parse.GetValue(_origin),
            Precision = ModelPrecisions.Parse(parse.GetValue(_precision)!),
            Force = parse.GetValue(_force),
        };
        return Watch(progress => DiffusersImport.Run(parse.GetValue(_from)!, parse.GetValue(_out)!, options, progress, stop));
    }
}
