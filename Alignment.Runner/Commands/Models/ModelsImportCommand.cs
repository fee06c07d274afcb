using System.CommandLine.Parsing;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;

namespace Alignment.Runner.Commands.Models;

sealed class ModelsImportCommand : RunnerCommand
{
    readonly Option<string?> _from = Flag.Maybe("--from", "DIR",
        "The diffusers folder: model_index.json, text_encoder, unet, vae, tokenizer and, if there is one, controlnet.");
    readonly Option<string?> _out = Flag.Maybe("--out", "DIR", "The bundle to write.");
    readonly Option<string?> _lpips = Flag.Maybe("--lpips", "FILE",
        "Instead of --from: torchvision's squeezenet1_1, alexnet or vgg16, for the perceptual distance (.safetensors or .pth; nothing in "
        + "it is run).");
    readonly Option<string?> _clipSeg = Flag.Maybe("--clipseg", "DIR",
        "Instead of --from: a CLIPSeg folder in Hugging Face's layout, for keyword masks (safetensors or pytorch_model.bin; nothing in "
        + "it is run).");
    readonly Option<string?> _model = Flag.Maybe("--model", "BUNDLE", "The bundle that gets the perceptual distance or CLIPSeg.");
    readonly BundleFlags _bundleFlags;
    readonly LpipsFlags _lpipsFlags;

    public ModelsImportCommand(Terminal terminal) : base(terminal, "import",
        "Makes a bundle from a Stable Diffusion 1.5 folder in the diffusers layout (safetensors): authors the ONNX models and streams "
        + "the weights into them. Or, with --lpips, adds the perceptual distance to a bundle; with --clipseg, what makes keyword masks.",
        "alignment models import --from downloads/stable-diffusion-v1-5 --out models/sd15",
        "alignment models import --from downloads/stable-diffusion-v1-5 --controlnet downloads/my-controlnet --out models/mine",
        "alignment models import --from downloads/stable-diffusion-v1-5 --precision fp16 --out models/sd15-gpu",
        "alignment models import --lpips squeezenet1_1.pth --lpips-linear lpips/weights/v0.1/squeeze.pth --model models/sd15",
        "alignment models import --clipseg downloads/clipseg-rd64-refined --model models/sd15")
    {
        Parameters((_from, "from"), (_out, "to"));
        _bundleFlags = new(this);
        Parameters((_lpips, "trunk"));
        _lpipsFlags = new(this);
        Parameters((_clipSeg, "clipSeg"), (_model, "bundle"));
        Validators.Add(OneKind);
    }

    sealed class BundleFlags : Flags<DiffusersImportOptions>
    {
        public Option[] All { get; }

        public BundleFlags(RunnerCommand command) : base(command, DiffusersImportOptions.Default) => All =
        [
            BindText("--controlnet", o => o.ControlNet,
                "A ControlNet's own folder; without any, one is initialised from the UNet's encoder with zero convolutions.", "DIR",
                folder => folder),
            Bind("--seed", o => o.Seed, "Seed of a newly initialised ControlNet."),
            BindText("--license", o => o.License,
                "The weights' licence, for the bundle's record; by default what the folder's README.md says.", "TEXT", t => t),
            BindText("--origin", o => o.Origin, "Where the weights come from, for the bundle's record; the folder's name by default.",
                "TEXT", t => t),
            BindText("--precision", o => o.Precision,
                "fp32 or fp16 (float32, float16, single and half mean the same). fp32 is right for the processor, which has few kernels "
                    + "for fp16 and converts; fp16 is half the size and meant for graphics cards. Norms and softmax stay in fp32.",
                    "fp32|fp16",
                DiffusersImportOptions.ParsePrecision, p => p.ToString().ToLowerInvariant()),
            Bind("--force", o => o.Force, "Replace a bundle that is already there."),
        ];
    }

    sealed class LpipsFlags : Flags<LpipsImportOptions>
    {
        public Option[] All { get; }

        public LpipsFlags(RunnerCommand command) : base(command, LpipsImportOptions.Default) => All =
        [
            Bind("--lpips-trunk", o => o.Trunk, "Which of them it is; by default its tensors tell."),
            BindText("--lpips-linear", o => o.Linear,
                "lpips' linear layers for that trunk (its weights/v0.1/….pth), when they are not in the same file.", "FILE", file => file),
        ];
    }

    // A whole bundle, or a part for one: each takes its own options.
    void OneKind(CommandResult typed)
    {
        Option[] bundle = [_from, _out, .. _bundleFlags.All], lpips = [_lpips, _model, .. _lpipsFlags.All], clipSeg = [_clipSeg, _model];
        bool Typed(Option option) => typed.GetResult(option) is { Implicit: false };
        if (typed.Children.OfType<OptionResult>().Any(o => o.Option is System.CommandLine.Help.HelpOption)) return;
        Option[] own = Typed(_clipSeg) ? clipSeg : lpips.Any(Typed) ? lpips : bundle;
        if (bundle.Concat(lpips).Concat(clipSeg).Except(own).FirstOrDefault(Typed) is { } unknown)
            typed.AddError($"{unknown.Name}: found it with {own.First(Typed).Name}, expected --from with --out, --lpips with --model, or "
                + $"--clipseg with --model.");
        foreach (Option needed in own[..2])
            if (!Typed(needed)) typed.AddError($"Option '{needed.Name}' is required.");
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        string? model = parse.GetValue(_model);
        ModelBundle bundle = Watch(progress =>
            parse.GetValue(_clipSeg) is { } clipSeg ? ClipSegImport.Run(clipSeg, model!, progress, cancellationToken)
            : parse.GetValue(_lpips) is { } lpips ? LpipsImport.Run(lpips, model!, _lpipsFlags.Read(parse), progress, cancellationToken)
            : DiffusersImport.Run(parse.GetValue(_from)!, parse.GetValue(_out)!, _bundleFlags.Read(parse), progress, cancellationToken));
        return Show(parse, terminal, bundle.Inspect(), BundleTable.Print);
    }
}
