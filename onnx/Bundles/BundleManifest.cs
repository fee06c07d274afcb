using System.Text.Json.Serialization;

namespace Alignment.Onnx.Bundles;

/// <summary>
/// <c>bundle.json</c>: every number needed to run the models without knowing their architecture, and the hash of every file. Defaults:
/// Stable Diffusion 1.5's published configuration.
/// </summary>
public sealed record BundleManifest
{
    /// <summary>The format that this program writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The family of architectures.</summary>
    public string Family { get; init; } = "sd15";

    /// <summary>Pixels; divides both sides of a picture.</summary>
    public int ImageMultiple { get; init; } = 8;

    public int LatentChannels { get; init; } = 4;

    /// <summary>Latents are the autoencoder's mean times this (0.18215: Rombach et al. 2022, 1/std of first-stage latents).</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Pixels per latent along each side.</summary>
    public int VaeFactor { get; init; } = 8;

    /// <summary>What the UNet predicts: <c>epsilon</c>, <c>v_prediction</c> or <c>sample</c>.</summary>
    public string PredictionType { get; init; } = "epsilon";

    /// <summary>The type of weights and computation: <c>float16</c>; null for float32, and then not written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Precision { get; init; }

    /// <summary>Channels of <c>controlnet_cond</c>; ours are [keyword mask, attention].</summary>
    public int ControlChannels { get; init; } = 2;

    /// <summary>The ControlNet's residuals for the UNet's down path, without the middle one.</summary>
    public int ControlResiduals { get; init; } = 12;

    /// <summary>Width of the text encoder's output.</summary>
    public int TextWidth { get; init; } = 768;

    public SchedulerFacts Scheduler { get; init; } = new();

    public TokenizerFacts Tokenizer { get; init; } = new();

    /// <summary>Stored elements per model file.</summary>
    public IReadOnlyDictionary<string, long> Parameters { get; init; } = new SortedDictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Every file of the bundle but this one, by path in the folder.</summary>
    public IReadOnlyDictionary<string, BundleFile> Files { get; init; } = new SortedDictionary<string, BundleFile>(StringComparer.Ordinal);

    /// <summary>The licence of the weights, or "unknown".</summary>
    public string License { get; init; } = "unknown";

    /// <summary>Where the weights come from, in words.</summary>
    public string Origin { get; init; } = "unknown";

    /// <summary>False for an untrained ControlNet, null where unknown.</summary>
    public bool? ControlTrained { get; init; }

    /// <summary>What a user must know before trusting the pictures, or empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Its authors' settings where they differ from Stable Diffusion's; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecommendedSettings? Recommended { get; init; }
}

/// <summary>An edit's defaults for this model.</summary>
/// <param name="Guidance">Classifier-free guidance scale; 1 for none.</param>
/// <param name="Strength">Share of a scene replaced by noise, 0 to 1.</param>
public sealed record RecommendedSettings(float? Guidance = null, double? Strength = null);

/// <summary>One file's size and SHA-256 (lower-case hexadecimal).</summary>
public sealed record BundleFile(long Bytes, string Sha256);

/// <summary>The noise schedule the model was trained with; names and defaults as in SD 1.5's <c>scheduler_config.json</c>.</summary>
public sealed record SchedulerFacts
{
    public int TrainTimesteps { get; init; } = 1000;

    public double BetaStart { get; init; } = 0.00085;

    public double BetaEnd { get; init; } = 0.012;

    /// <summary><c>scaled_linear</c> (linear in √β) or <c>linear</c>.</summary>
    public string BetaSchedule { get; init; } = "scaled_linear";

    /// <summary>Spacing of inference timesteps: <c>trailing</c> or <c>linspace</c>; null for <c>leading</c>, SD 1.5's, and then not
    /// written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TimestepSpacing { get; init; }

    public int StepsOffset { get; init; } = 1;

    /// <summary>Whether ᾱ before the first timestep is 1 (true) or that of timestep 0 (false).</summary>
    public bool SetAlphaToOne { get; init; }

    public bool ClipSample { get; init; }

    /// <summary>The sampler its authors published it with, by diffusers' class name; null where none was named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClassName { get; init; }

    /// <summary>Whether that sampler uses Karras' noise levels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KarrasSigmas { get; init; }

    /// <summary>Whether that sampler ends at the noise of timestep 0 instead of none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EndsAtSigmaMin { get; init; }

    /// <summary>Steps a consistency model was distilled with; null for 50.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? OriginalSteps { get; init; }

    /// <summary>A setting of that sampler that this program does not support, as "key = value".</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UnsupportedSetting { get; init; }
}

/// <summary>The special ids of the CLIP tokenizer and the length every prompt is padded to.</summary>
public sealed record TokenizerFacts
{
    public int VocabularySize { get; init; } = 49408;

    public int StartId { get; init; } = 49406;

    public int EndId { get; init; } = 49407;

    /// <summary>SD 1.5 pads with the end token.</summary>
    public int PadId { get; init; } = 49407;

    /// <summary>Tokens per prompt, start and end included.</summary>
    public int Length { get; init; } = 77;
}
