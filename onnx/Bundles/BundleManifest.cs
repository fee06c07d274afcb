using System.Text.Json.Serialization;

namespace Alignment.Onnx.Bundles;

/// <summary><c>bundle.json</c>: the numbers needed to run the models, and every file's hash. Defaults: Stable Diffusion 1.5.</summary>
public sealed record BundleManifest
{
    /// <summary>The newest format, which is written.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;
    public string Family { get; init; } = "sd15";

    /// <summary>Divides both sides of a picture, in pixels.</summary>
    public int ImageMultiple { get; init; } = 8;
    public int LatentChannels { get; init; } = 4;

    /// <summary>Latents are the autoencoder's mean times this (Rombach et al. 2022: 1/std of first-stage latents).</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Pixels per latent along each side.</summary>
    public int VaeFactor { get; init; } = 8;

    /// <summary>What the UNet predicts: <c>epsilon</c>, <c>v_prediction</c> or <c>sample</c>.</summary>
    public string PredictionType { get; init; } = "epsilon";

    /// <summary><c>float16</c>; null for float32, and then not written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Precision { get; init; }

    /// <summary>Channels of <c>controlnet_cond</c>; ours are [keyword mask, attention].</summary>
    public int ControlChannels { get; init; } = 2;

    /// <summary>For the UNet's down path, without the middle one.</summary>
    public int ControlResiduals { get; init; } = 12;

    /// <summary>Of the text encoder's output.</summary>
    public int TextWidth { get; init; } = 768;

    [JsonInclude]
    internal SchedulerFacts Scheduler { get; init; } = new();

    [JsonInclude]
    internal TokenizerFacts Tokenizer { get; init; } = new();

    /// <summary>Stored elements by model file.</summary>
    public IReadOnlyDictionary<string, long> Parameters { get; init; } = new SortedDictionary<string, long>(StringComparer.Ordinal);

    [JsonInclude]
    internal IReadOnlyDictionary<string, BundleFile> Files { get; init; } = new SortedDictionary<string,
        BundleFile>(StringComparer.Ordinal);

    /// <summary>Of the weights, or "unknown".</summary>
    public string License { get; init; } = "unknown";
    public string Origin { get; init; } = "unknown";

    /// <summary>False for an untrained ControlNet, null where unknown.</summary>
    public bool? ControlTrained { get; init; }

    /// <summary>What a user must know before trusting the pictures.</summary>
    public string Note { get; init; } = "";

    /// <summary>Its authors' settings where they differ from Stable Diffusion's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecommendedSettings? Recommended { get; init; }
}

/// <summary>Classifier-free guidance scale (1: none), and the share of a scene replaced by noise, 0 to 1.</summary>
public sealed record RecommendedSettings(float? Guidance = null, double? Strength = null);

sealed record BundleFile(long Bytes, string Sha256);

/// <summary>The noise schedule of training; names and defaults as in SD 1.5's <c>scheduler_config.json</c>.</summary>
sealed record SchedulerFacts
{
    public int TrainTimesteps { get; init; } = 1000;
    public double BetaStart { get; init; } = 0.00085;
    public double BetaEnd { get; init; } = 0.012;

    /// <summary><c>scaled_linear</c> (linear in √β) or <c>linear</c>.</summary>
    public string BetaSchedule { get; init; } = "scaled_linear";

    /// <summary><c>trailing</c> or <c>linspace</c>; null for <c>leading</c>, SD 1.5's, and then not written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TimestepSpacing { get; init; }
    public int StepsOffset { get; init; } = 1;

    /// <summary>Whether ᾱ before the first timestep is 1, or that of timestep 0.</summary>
    public bool SetAlphaToOne { get; init; }
    public bool ClipSample { get; init; }

    /// <summary>The sampler its authors published it with, by diffusers' class name, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClassName { get; init; }

    /// <summary>That sampler uses Karras' noise levels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KarrasSigmas { get; init; }

    /// <summary>That sampler ends at the noise of timestep 0 instead of none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EndsAtSigmaMin { get; init; }

    /// <summary>Of a consistency model's distillation; null for 50.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? OriginalSteps { get; init; }

    /// <summary>An unsupported setting of that sampler, as "key = value".</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UnsupportedSetting { get; init; }
}

// The CLIP tokenizer's special ids and the length of prompts.
sealed record TokenizerFacts
{
    public int VocabularySize { get; init; } = 49408;
    public int StartId { get; init; } = 49406;
    public int EndId { get; init; } = 49407;

    /// <summary>SD 1.5 pads with the end token.</summary>
    public int PadId { get; init; } = 49407;

    /// <summary>Start and end included.</summary>
    public int Length { get; init; } = 77;
}
