using Alignment.Onnx.Bundles;

namespace Alignment.Transforms.Diffusion.Schedulers;

// The meaning of the model's output.
enum PredictionType
{
    // ε, the noise in the sample.
    Epsilon,

    // v = √ᾱ ε − √(1−ᾱ) x₀ (Salimans and Ho, 2022).
    VPrediction,

    // x₀, the clean sample.
    Sample,
}

// How inference steps are laid over the T training timesteps (Lin et al. 2023, table 2).
enum TimestepSpacing
{
    // Multiples of ⌊T/N⌋ from 0, plus the offset: Stable Diffusion 1.5.
    Leading,

    // From T−1 down in steps of T/N: begins at pure noise.
    Trailing,

    // N points from 0 to T−1, both ends included.
    Linspace,
}

// How β grows over the training timesteps.
enum BetaSchedule
{
    // Evenly from start to end.
    Linear,

    ScaledLinear,
}

/// <summary>The schedule of training and sampling, as in diffusers' <c>scheduler_config.json</c>. Defaults: Stable Diffusion 1.5.</summary>
sealed record SchedulerConfig
{
    public int TrainTimesteps { get; init; } = 1000;
    public double BetaStart { get; init; } = 0.00085;
    public double BetaEnd { get; init; } = 0.012;
    public BetaSchedule BetaSchedule { get; init; } = BetaSchedule.ScaledLinear;
    public PredictionType PredictionType { get; init; } = PredictionType.Epsilon;
    public TimestepSpacing TimestepSpacing { get; init; } = TimestepSpacing.Leading;

    // Added to every timestep of the leading spacing.
    public int StepsOffset { get; init; } = 1;

    // ᾱ beyond the last step: 1, else ᾱ₀.
    public bool SetAlphaToOne { get; init; }

    /// <summary>Clips the predicted x₀ to ±<see cref="ClipSampleRange"/>; for models that diffuse pixels.</summary>
    public bool ClipSample { get; init; }
    public double ClipSampleRange { get; init; } = 1;

    // Null where the bundle does not say.
    public PublishedSampler? Published { get; init; }

    // Throws where the bundle names a schedule or prediction this program does not know.
    public static SchedulerConfig Of(ModelBundle bundle)
    {
        SchedulerFacts facts = bundle.Manifest.Scheduler;
        return new SchedulerConfig
        {
            TrainTimesteps = facts.TrainTimesteps,
            BetaStart = facts.BetaStart,
            BetaEnd = facts.BetaEnd,
            BetaSchedule = facts.BetaSchedule switch
            {
                "linear" => BetaSchedule.Linear,
                "scaled_linear" => BetaSchedule.ScaledLinear,
                _ => throw Unknown(bundle, "beta schedule", facts.BetaSchedule, "linear or scaled_linear"),
            },
            PredictionType = bundle.Manifest.PredictionType switch
            {
                "epsilon" => PredictionType.Epsilon,
                "v_prediction" => PredictionType.VPrediction,
                "sample" => PredictionType.Sample,
                _ => throw Unknown(bundle, "prediction type", bundle.Manifest.PredictionType, "epsilon, v_prediction or sample"),
            },
            TimestepSpacing = facts.TimestepSpacing switch
            {
                null or "leading" => TimestepSpacing.Leading,
                "trailing" => TimestepSpacing.Trailing,
                "linspace" => TimestepSpacing.Linspace,
                var other => throw Unknown(bundle, "timestep spacing", other, "leading, trailing or linspace"),
            },
            StepsOffset = facts.StepsOffset,
            SetAlphaToOne = facts.SetAlphaToOne,
            ClipSample = facts.ClipSample,
            Published = PublishedSampler.Of(facts),
        };
    }

    static BadDataException Unknown(ModelBundle bundle, string what, string found, string expected) =>
        BadDataException.For($"The {what} of the model bundle '{bundle.Folder}'", $"'{SafePath.Shorten(found)}'", expected,
        "Import the model again with this version.");
}
