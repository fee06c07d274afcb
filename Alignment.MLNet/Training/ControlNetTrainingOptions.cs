using Alignment.Onnx.Runtime;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.MLNet.Training;

/// <summary>How the learning rate goes on after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>Half a cosine from the full rate to 0 at the last step (Loshchilov and Hutter 2017, eq. 5, without restarts).</summary>
    Cosine,

    /// <summary>The full rate to the end.</summary>
    Constant,
}

/// <summary>How much a scene's loss counts, by its timestep.</summary>
public enum TimestepWeighting
{
    /// <summary>Every timestep alike, as DDPM's simple loss.</summary>
    Uniform,

    /// <summary>min(SNR, γ) / SNR (Hang et al. 2023, eq. 9 for ε): the many nearly clean timesteps count less, and training converges
    /// sooner.</summary>
    MinSnr,
}

/// <summary>How a ControlNet is fine-tuned. The defaults follow the published ControlNet trainer for Stable Diffusion 1.5 (Zhang et al.
/// 2023): rate 1e-5, four scenes a step, AdamW.</summary>
public sealed record ControlNetTrainingOptions
{
    /// <summary>The folder of the model bundle to start from; it is left as it is.</summary>
    public string Model { get; init; } = "";

    /// <summary>The folder that gets everything: checkpoints, losses, samples, and the trained bundle as <c>model/</c>.</summary>
    public string Output { get; init; } = "";

    /// <summary>Where to begin: <c>auto</c> continues what the output folder holds, if anything; <c>latest</c> demands that there is
    /// something; <c>none</c> begins anew; anything else is the folder of a checkpoint. A run is only continued with its own
    /// options.</summary>
    public string Resume { get; init; } = ResumeAuto;

    internal const string ResumeAuto = "auto", ResumeLatest = "latest", ResumeNone = "none";

    internal static OptionName ResumeOption => OptionName.Of<ControlNetTrainingOptions>(nameof(Resume));

    /// <summary>How often every training scene is seen, 1 or more. <see cref="Steps"/> counts instead where it is given.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Optimizer steps in all, or null for <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Scenes in memory at once.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Batches whose gradients make one step: <see cref="BatchSize"/> · this many scenes count together, at no cost in memory.
    /// Only the product changes the result.</summary>
    public int Accumulation { get; init; } = 4;

    /// <summary>AdamW's rate after the warm-up. 1e-5 is ControlNet's own for Stable Diffusion 1.5; a small model learns faster at 1e-4 to
    /// 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-5;

    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Cosine;

    /// <summary>Steps in which the rate grows from 0; null: a twentieth of all steps, at most 500 (diffusers' default).</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>AdamW's decoupled decay λ (Loshchilov and Hutter 2019).</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>Greatest norm of all gradients together; greater ones are scaled down to it. 0: no limit.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>Share of scenes trained with the empty prompt, so that guidance has something to lead away from (Ho and Salimans
    /// 2022).</summary>
    public double PromptDropout { get; init; } = 0.1;

    public TimestepWeighting Weighting { get; init; } = TimestepWeighting.Uniform;

    /// <summary>γ of <see cref="TimestepWeighting.MinSnr"/>; 5 is the paper's.</summary>
    public double SnrGamma { get; init; } = 5;

    /// <summary>Decay of the moving average of the weights, e.g. 0.999; the average is then what is validated, sampled and kept. 0:
    /// none.</summary>
    public double EmaDecay { get; init; }

    /// <summary>Weight of the loss that a diffusion model is trained with, mean (ε − noise)².</summary>
    public double NoiseWeight { get; init; } = 1;

    /// <summary>Weight of mean |decoded x̂₀ − scene|. Above 0 the picture is decoded in every step, which takes time and memory.</summary>
    public double ReconstructionWeight { get; init; }

    /// <summary>Weight of the perceptual distance of the decoded x̂₀ (needs lpips.onnx in the bundle).</summary>
    public double LpipsWeight { get; init; }

    /// <summary>Weight of mean (1 − M) |decoded x̂₀ − scene|: the background is to stay.</summary>
    public double BackgroundWeight { get; init; }

    /// <summary>Width of pictures and controls in pixels.</summary>
    public int Width { get; init; } = 512;

    /// <inheritdoc cref="Width"/>
    public int Height { get; init; } = 512;

    /// <summary>Decides the split, the order, and every random number.</summary>
    public ulong Seed { get; init; }

    /// <summary>Share of the videos (not scenes) that is trained on; the rest is for validation. 1: no validation.</summary>
    public double TrainShare { get; init; } = 0.8;

    /// <summary>Steps between two validations; null: after each epoch.</summary>
    public int? ValidateEvery { get; init; }

    /// <summary>Validations without a better one after which training ends; 0: never.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>Checkpoints kept beside the best one.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Steps between two sample sheets; 0: only one at the end.</summary>
    public int SampleEvery { get; init; } = 200;

    /// <summary>Scenes on a sample sheet; 0: no sheets.</summary>
    public int SampleScenes { get; init; } = 4;

    /// <summary>How the trained model edits: the fitted transformer's options, and (with fewer steps) the sample sheets'. The prompt's
    /// template is also what is trained with.</summary>
    public EditOptions Edit { get; init; } = new();

    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Gradient checkpointing: computes the values inside resnets and transformers again in the backward pass. Less memory, more
    /// time, the same result up to rounding.</summary>
    public bool Recompute { get; init; }

    // Scenes in one optimizer step.
    internal int Rows => BatchSize * Accumulation;

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="UsageException">A value is out of range; the message names it.</exception>
    public void Check()
    {
        this.Require(Model, !string.IsNullOrWhiteSpace(Model), "the folder of a model bundle", "Make one with 'alignment models import'.");
        this.Require(Output, !string.IsNullOrWhiteSpace(Output), "a folder", "Name one for the run.");
        this.Require(Resume, !string.IsNullOrWhiteSpace(Resume), "auto, latest, none or a checkpoint's folder",
            "Leave it out to continue what is there.");
        this.Require(Epochs, Epochs is >= 1 and <= 1_000_000, "1 or more", "10 is the default.");
        this.Require(Steps, Steps is null or >= 1, "1 or more",
            $"Leave it out to train for {OptionName.Of<ControlNetTrainingOptions>(nameof(Epochs))}.");
        this.Require(BatchSize, BatchSize is >= 1 and <= 1024, "1 to 1024", "1 needs the least memory.");
        this.Require(Accumulation, Accumulation is >= 1 and <= 4096, "1 to 4096", "4 is the default.");
        this.Require(LearningRate, LearningRate is > 0 and <= 1, "above 0, at most 1",
            "1e-5 is usual for Stable Diffusion, 1e-4 for small models.");
        this.Require(WarmupSteps, WarmupSteps is null or >= 0, "0 or more", "Leave it out for a twentieth of all steps.");
        this.Require(WeightDecay, WeightDecay is >= 0 and < 1, "0 or more and below 1", "0.01 is the default.");
        this.Require(GradientClip, GradientClip >= 0 && double.IsFinite(GradientClip), "0 or more", "1 is the default; 0 turns it off.");
        this.Require(PromptDropout, PromptDropout is >= 0 and <= 1, "0 to 1", "0.1 is the default.");
        this.Require(SnrGamma, SnrGamma > 0 && double.IsFinite(SnrGamma), "above 0", "5 is the paper's.");
        this.Require(EmaDecay, EmaDecay is >= 0 and < 1, "0 or more and below 1", "0 turns it off; 0.999 is usual.");
        double[] weights = [NoiseWeight, ReconstructionWeight, LpipsWeight, BackgroundWeight];
        string[] names = [nameof(NoiseWeight), nameof(ReconstructionWeight), nameof(LpipsWeight), nameof(BackgroundWeight)];
        for (int i = 0; i < weights.Length; i++)
            this.Require(weights[i], weights[i] >= 0 && double.IsFinite(weights[i]), "0 or more",
                "1, 0, 0, 0 is the default: the noise loss alone.", names[i]);
        this.Require(NoiseWeight, weights.Sum() > 0, "a weight above 0, of this or another loss", "1 is the default.");
        this.Require(TrainShare, TrainShare is > 0 and <= 1, "above 0, at most 1", "0.8 is the default.");
        this.Require(ValidateEvery, ValidateEvery is null or >= 1, "1 or more", "Leave it out to validate after each epoch.");
        this.Require(Patience, Patience >= 0, "0 or more", "0 never ends early.");
        this.Require(CheckpointEvery, CheckpointEvery >= 1, "1 or more", "100 is the default.");
        this.Require(KeepCheckpoints, KeepCheckpoints is >= 1 and <= 10_000, "1 or more", "2 is the default; the best is kept besides.");
        this.Require(SampleEvery, SampleEvery >= 0, "0 or more", "0 makes one sheet at the end.");
        this.Require(SampleScenes, SampleScenes is >= 0 and <= 64, "0 to 64", "4 is the default.");
        (Edit with { Width = Width, Height = Height }).Check();
    }
}
