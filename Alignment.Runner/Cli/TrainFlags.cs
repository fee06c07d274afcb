using System.CommandLine;
using Alignment.MLNet.Training;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Runner.Cli;

/// <summary>The options of a training. Their defaults are those of <see cref="ControlNetTrainingOptions"/>.</summary>
sealed class TrainFlags
{
    static readonly ControlNetTrainingOptions s_defaults = new();

    readonly Option<string> _resume = new("--resume") { Description = "auto continues what --out holds, latest demands that there is something, none begins anew; or a checkpoint's folder.", HelpName = "WHERE", DefaultValueFactory = _ => s_defaults.Resume };
    readonly Option<int> _epochs = new("--epochs") { Description = "How often every training scene is seen.", DefaultValueFactory = _ => s_defaults.Epochs };
    readonly Option<int?> _steps = new("--steps") { Description = "Optimizer steps in all; counts instead of --epochs." };
    readonly Option<int> _batchSize = new("--batch-size") { Description = "Scenes in memory at once.", DefaultValueFactory = _ => s_defaults.BatchSize };
    readonly Option<int> _accumulation = new("--accumulation") { Description = "Batches that make one step: more scenes a step at no cost in memory.", DefaultValueFactory = _ => s_defaults.Accumulation };
    readonly Option<double> _rate = new("--lr") { Description = "Learning rate: 1e-5 suits Stable Diffusion 1.5, 1e-4 the bundled tiny model.", DefaultValueFactory = _ => s_defaults.LearningRate };
    readonly Option<LearningRateDecay> _decay = new("--decay") { Description = "How the rate goes on after the warm-up.", DefaultValueFactory = _ => s_defaults.Decay };
    readonly Option<int?> _warmup = new("--warmup-steps") { Description = "Steps in which the rate grows; a twentieth of all, at most 500, by default." };
    readonly Option<double> _weightDecay = new("--weight-decay") { Description = "AdamW's decoupled decay.", DefaultValueFactory = _ => s_defaults.WeightDecay };
    readonly Option<double> _clip = new("--clip") { Description = "Greatest norm of a step's gradient; 0: no limit.", DefaultValueFactory = _ => s_defaults.GradientClip };
    readonly Option<double> _dropout = new("--prompt-dropout") { Description = "Share of scenes trained with the empty prompt, which guidance needs.", DefaultValueFactory = _ => s_defaults.PromptDropout };
    readonly Option<TimestepWeighting> _weighting = new("--weighting") { Description = "How timesteps are weighted.", DefaultValueFactory = _ => s_defaults.Weighting };
    readonly Option<double> _gamma = new("--snr-gamma") { Description = "γ of MinSnr.", DefaultValueFactory = _ => s_defaults.SnrGamma };
    readonly Option<double> _ema = new("--ema") { Description = "Decay of a moving average of the weights, which is then kept; 0: none.", DefaultValueFactory = _ => s_defaults.EmaDecay };
    readonly Option<double> _noise = new("--noise-weight") { Description = "Weight of the noise loss.", DefaultValueFactory = _ => s_defaults.NoiseWeight };
    readonly Option<double> _reconstruction = new("--reconstruction-weight") { Description = "Weight of the difference of the decoded picture; it and the next two cost time and memory.", DefaultValueFactory = _ => s_defaults.ReconstructionWeight };
    readonly Option<double> _lpips = new("--lpips-weight") { Description = "Weight of the perceptual difference.", DefaultValueFactory = _ => s_defaults.LpipsWeight };
    readonly Option<double> _background = new("--background-weight") { Description = "Weight of the difference outside the product.", DefaultValueFactory = _ => s_defaults.BackgroundWeight };
    readonly Option<string> _size = new("--size") { Description = "Pixels of pictures and controls: one side of a square, or WIDTHxHEIGHT.", HelpName = "SIZE", DefaultValueFactory = _ => SizeText.Of(s_defaults.Width, s_defaults.Height) };
    readonly Option<string> _prompt = new("--prompt") { Description = $"The prompt; {EditOptions.KeywordPlaceholder} stands for the product's name. Edit with the same.", HelpName = "TEXT", DefaultValueFactory = _ => s_defaults.Edit.PromptTemplate };
    readonly Option<ulong> _seed = new("--seed") { Description = "Decides the split, the order, and every random number.", DefaultValueFactory = _ => s_defaults.Seed };
    readonly Option<double> _share = new("--train-share") { Description = "Share of the videos that is trained on; the rest validates.", DefaultValueFactory = _ => s_defaults.TrainShare };
    readonly Option<int?> _validate = new("--validate-every") { Description = "Steps between validations; after each epoch by default." };
    readonly Option<int> _patience = new("--patience") { Description = "Validations without a better one after which training ends; 0: never.", DefaultValueFactory = _ => s_defaults.Patience };
    readonly Option<int> _checkpoint = new("--checkpoint-every") { Description = "Steps between checkpoints.", DefaultValueFactory = _ => s_defaults.CheckpointEvery };
    readonly Option<int> _keep = new("--keep") { Description = "Checkpoints kept beside the best one.", DefaultValueFactory = _ => s_defaults.KeepCheckpoints };
    readonly Option<int> _sample = new("--sample-every") { Description = "Steps between sample sheets; 0: one at the end.", DefaultValueFactory = _ => s_defaults.SampleEvery };
    readonly Option<int> _samples = new("--samples") { Description = "Scenes on a sample sheet; 0: no sheets.", DefaultValueFactory = _ => s_defaults.SampleScenes };
    readonly Option<string> _device = new("--device") { Description = "What runs the models: cpu, cuda, cuda:N, dml, dml:N. Fails when it is not there.", DefaultValueFactory = _ => s_defaults.Device.ToString() };
    readonly Option<bool> _recompute = new("--recompute") { Description = "Less memory: computes parts of the forward pass twice instead of keeping them." };

    public TrainFlags(Command command)
    {
        foreach (Option option in new Option[]
        {
            _resume, _epochs, _steps, _batchSize, _accumulation, _rate, _decay, _warmup, _weightDecay, _clip, _dropout, _weighting, _gamma, _ema, _noise, _reconstruction, _lpips, _background,
            _size, _prompt, _seed, _share, _validate, _patience, _checkpoint, _keep, _sample, _samples, _device, _recompute,
        })
            command.Add(option);
    }

    /// <summary>Whether the same options, again, begin at the start or at a checkpoint they name, not where a stopped training was.</summary>
    public bool BeginsAnew(ParseResult parse) => parse.GetValue(_resume) is not (TrainingResume.Auto or TrainingResume.Latest);

    /// <summary>The options as given, without model and output folder.</summary>
    public ControlNetTrainingOptions Read(ParseResult parse)
    {
        var (width, height) = SizeText.Parse(parse.GetValue(_size)!);
        return new()
        {
            Resume = parse.GetValue(_resume)!,
            Epochs = parse.GetValue(_epochs),
            Steps = parse.GetValue(_steps),
            BatchSize = parse.GetValue(_batchSize),
            Accumulation = parse.GetValue(_accumulation),
            LearningRate = parse.GetValue(_rate),
            Decay = parse.GetValue(_decay),
            WarmupSteps = parse.GetValue(_warmup),
            WeightDecay = parse.GetValue(_weightDecay),
            GradientClip = parse.GetValue(_clip),
            PromptDropout = parse.GetValue(_dropout),
            Weighting = parse.GetValue(_weighting),
            SnrGamma = parse.GetValue(_gamma),
            EmaDecay = parse.GetValue(_ema),
            NoiseWeight = parse.GetValue(_noise),
            ReconstructionWeight = parse.GetValue(_reconstruction),
            LpipsWeight = parse.GetValue(_lpips),
            BackgroundWeight = parse.GetValue(_background),
            Width = width,
            Height = height,
            Seed = parse.GetValue(_seed),
            Recompute = parse.GetValue(_recompute),
            TrainShare = parse.GetValue(_share),
            ValidateEvery = parse.GetValue(_validate),
            Patience = parse.GetValue(_patience),
            CheckpointEvery = parse.GetValue(_checkpoint),
            KeepCheckpoints = parse.GetValue(_keep),
            SampleEvery = parse.GetValue(_sample),
            SampleScenes = parse.GetValue(_samples),
            Edit = s_defaults.Edit with { PromptTemplate = parse.GetValue(_prompt)! },
            Device = Device.Parse(parse.GetValue(_device)!),
        };
    }
}
