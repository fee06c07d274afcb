using System.CommandLine;
using System.Globalization;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Runner.Cli;

/// <summary>The options of an edit, for the commands that edit. Their defaults are those of <see cref="EditOptions"/>.</summary>
sealed class EditFlags
{
    static readonly EditOptions s_defaults = new();

    readonly Option<int?> _steps = new("--steps") { Description = "Denoising steps of the whole schedule. By default what the sampler needs: 15 for dpmpp_2m_karras, 4 for lcm, 50 for the others." };
    readonly Option<float?> _guidance = new("--guidance") { Description = "Classifier-free guidance; 1 turns it off. By default what the model recommends, else 7.5." };
    readonly Option<double?> _strength = new("--strength") { Description = "How much of the scene is made anew, 0 to 1. By default what the model recommends, else 0.6." };
    readonly Option<float> _controlScale = new("--control-scale") { Description = "Factor on the ControlNet's residuals.", DefaultValueFactory = _ => s_defaults.ConditioningScale };
    readonly Option<double> _controlStart = new("--control-start") { Description = "The part of the run before the control begins, 0 to 1.", DefaultValueFactory = _ => s_defaults.ControlGuidanceStart };
    readonly Option<double> _controlEnd = new("--control-end") { Description = "The part of the run after which the control is over, 0 to 1; steps without control run no ControlNet.", DefaultValueFactory = _ => s_defaults.ControlGuidanceEnd };
    readonly Option<int> _controlEvery = new("--control-every") { Description = "Evaluate the ControlNet once in so many steps only: faster, a little less exact.", DefaultValueFactory = _ => s_defaults.ControlInterval };
    readonly Option<double> _guidanceEnd = new("--guidance-end") { Description = "The part of the run after which guidance stops, 0 to 1: later steps cost half.", DefaultValueFactory = _ => s_defaults.GuidanceEnd };
    readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the noise; the same noise serves every variant of a scene.", DefaultValueFactory = _ => s_defaults.Seed };
    readonly Option<string> _scheduler = new("--scheduler") { Description = $"The sampler: {string.Join(", ", SchedulerNames.All)}.", HelpName = "NAME", DefaultValueFactory = _ => SchedulerNames.NameOf(s_defaults.Scheduler) };
    readonly Option<float> _eta = new("--eta") { Description = "DDIM's η: 0 adds no noise on the way.", DefaultValueFactory = _ => s_defaults.Eta };
    readonly Option<string> _prompt = new("--prompt") { Description = $"The prompt; {EditOptions.KeywordPlaceholder} stands for the product's name.", HelpName = "TEXT", DefaultValueFactory = _ => s_defaults.PromptTemplate };
    readonly Option<string> _negative = new("--negative-prompt", "--negative") { Description = "What guidance leads away from, where there is guidance; \"\" for nothing in particular.", HelpName = "TEXT", DefaultValueFactory = _ => s_defaults.NegativePrompt };
    readonly Option<bool> _fromNoise = new("--from-noise") { Description = "Text to image: start from pure noise instead of the scene." };
    readonly Option<bool> _noBlend = new("--no-blend") { Description = "Leave the latents outside the region to the model too, instead of keeping them the source's in every step." };
    readonly Option<string> _batch = new("--batch") { Description = "Controls of a scene denoised together: a number, or auto for as many as memory allows. Changes no picture.", HelpName = "N|auto", DefaultValueFactory = _ => Text(s_defaults.Batch) };
    readonly Option<float> _dilation = new("--mask-dilation") { Description = "Grow the editable region beyond the mask, in pixels at a shorter side of 512.", DefaultValueFactory = _ => s_defaults.Region.Dilation };
    readonly Option<float> _feather = new("--mask-feather") { Description = "Width of the soft border inside the region, in pixels at a shorter side of 512.", DefaultValueFactory = _ => s_defaults.Region.Feather };
    readonly Option<WeightPrepacking> _prepack = new("--prepack") { Description = "Rearrange the weights of large models for the processor when loading: steps are some 4 % faster, but loading takes a minute and as much memory as they have bytes. off maps them as they lie in the file. auto packs where it is sooner done for the edits of the whole run.", HelpName = "auto|on|off", DefaultValueFactory = _ => s_defaults.Prepacking };
    readonly Option<string> _device = new("--device") { Description = "What runs the models: cpu, cuda, cuda:N, dml, dml:N. Fails when it is not there.", DefaultValueFactory = _ => s_defaults.Device.ToString() };

    public EditFlags(Command command)
    {
        foreach (Option option in new Option[] { _steps, _guidance, _strength, _controlScale, _controlStart, _controlEnd, _controlEvery, _guidanceEnd, _seed, _scheduler, _eta, _prompt, _negative, _fromNoise, _noBlend, _batch, _dilation, _feather, _prepack, _device })
            command.Add(option);
    }

    /// <summary>The options as given; width and height are the variants' business.</summary>
    public EditOptions Read(ParseResult parse) => new()
    {
        InferenceSteps = parse.GetValue(_steps),
        GuidanceScale = parse.GetValue(_guidance),
        Strength = parse.GetValue(_strength),
        ConditioningScale = parse.GetValue(_controlScale),
        ControlGuidanceStart = parse.GetValue(_controlStart),
        ControlGuidanceEnd = parse.GetValue(_controlEnd),
        ControlInterval = parse.GetValue(_controlEvery),
        GuidanceEnd = parse.GetValue(_guidanceEnd),
        Seed = parse.GetValue(_seed),
        Scheduler = SchedulerNames.Parse(parse.GetValue(_scheduler)!),
        Eta = parse.GetValue(_eta),
        PromptTemplate = parse.GetValue(_prompt)!,
        NegativePrompt = parse.GetValue(_negative)!,
        FromNoise = parse.GetValue(_fromNoise),
        BlendLatents = !parse.GetValue(_noBlend),
        Batch = Batch(parse.GetValue(_batch)!),
        Region = new EditRegionOptions { Dilation = parse.GetValue(_dilation), Feather = parse.GetValue(_feather) },
        Prepacking = parse.GetValue(_prepack),
        Device = Device.Parse(parse.GetValue(_device)!),
    };

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    static int Batch(string text) => text.Equals("auto", StringComparison.OrdinalIgnoreCase) ? EditOptions.AutoBatch
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number
        : throw UsageException.For("--batch", $"'{SafePath.Shorten(text)}'", "a number from 1 to 64, or auto", "1 needs the least memory.");
}
