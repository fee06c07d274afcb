using Alignment.MLNet.Training;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Runner.Commands.Train;

sealed class TrainFlags : Flags<ControlNetTrainingOptions>
{
    readonly Option<string> _resume;

    public TrainFlags(RunnerCommand command) : base(command, new())
    {
        _resume = Bind("--resume", o => o.Resume,
            "auto continues what --out holds, latest demands that there is something, none begins anew; or a checkpoint's folder.",
            "WHERE");
        Bind("--epochs", o => o.Epochs, "How often every training scene is seen.");
        Bind("--steps", o => o.Steps, "Optimizer steps in all; counts instead of --epochs.");
        Bind("--batch-size", o => o.BatchSize, "Scenes in memory at once.");
        Bind("--accumulation", o => o.Accumulation, "Batches that make one step: more scenes a step at no cost in memory.");
        Bind("--lr", o => o.LearningRate, "Learning rate: 1e-5 suits Stable Diffusion 1.5, 1e-4 the bundled tiny model.");
        Bind("--decay", o => o.Decay, "How the rate goes on after the warm-up.");
        Bind("--warmup-steps", o => o.WarmupSteps, "Steps in which the rate grows; a twentieth of all, at most 500, by default.");
        Bind("--weight-decay", o => o.WeightDecay, "AdamW's decoupled decay.");
        Bind("--clip", o => o.GradientClip, "Greatest norm of a step's gradient; 0: no limit.");
        Bind("--prompt-dropout", o => o.PromptDropout, "Share of scenes trained with the empty prompt, which guidance needs.");
        Bind("--weighting", o => o.Weighting, "How timesteps are weighted.");
        Bind("--snr-gamma", o => o.SnrGamma, "γ of MinSnr.");
        Bind("--ema", o => o.EmaDecay, "Decay of a moving average of the weights, which is then the result; 0: none.");
        Bind("--noise-weight", o => o.NoiseWeight, "Weight of the noise loss.");
        Bind("--reconstruction-weight", o => o.ReconstructionWeight,
            "Weight of the difference of the decoded picture; it and the next two cost time and memory.");
        Bind("--lpips-weight", o => o.LpipsWeight, "Weight of the perceptual difference.");
        Bind("--background-weight", o => o.BackgroundWeight, "Weight of the difference outside the product.");
        BindSize("--size", o => o.Width, o => o.Height, "Pixels of pictures and controls: one side of a square, or WIDTHxHEIGHT.");
        Bind("--prompt", o => o.Edit.PromptTemplate,
            $"The prompt; {EditOptions.KeywordPlaceholder} stands for the product's name. Edit with the same.", "TEXT");
        Bind("--seed", o => o.Seed, "Decides the split, the order, and every random number.");
        Bind("--train-share", o => o.TrainShare, "Share of the videos that is trained on; the rest validates.");
        Rare(Bind("--validate-every", o => o.ValidateEvery, "Steps between validations; after each epoch by default."));
        Bind("--patience", o => o.Patience, "Validations without a better one after which training ends; 0: never.");
        Bind("--checkpoint-every", o => o.CheckpointEvery, "Steps between checkpoints.");
        Bind("--keep", o => o.KeepCheckpoints, "Checkpoints kept beside the best one.");
        Rare(Bind("--sample-every", o => o.SampleEvery, "Steps between sample sheets; 0: one at the end."));
        Rare(Bind("--samples", o => o.SampleScenes, "Scenes on a sample sheet; 0: no sheets."));
        BindDevice(o => o.Device);
        Bind("--recompute", o => o.Recompute, "Less memory: computes parts of the forward pass twice instead of keeping them.");
        foreach (string side in (string[])[nameof(EditOptions.Width), nameof(EditOptions.Height)])
            command.Bind("--size", OptionName.Of<EditOptions>(side));
    }

    // Whether the same options, again, begin at the start or at a checkpoint they name, not where a stopped training was.
    public bool BeginsAnew(ParseResult parse) => parse.GetValue(_resume) is not (ControlNetTrainingOptions.ResumeAuto
        or ControlNetTrainingOptions.ResumeLatest);
}
