using System.Text.Json;

namespace Alignment.Transforms.Diffusion;

/// <summary>What the model's output means.</summary>
public enum PredictionType
{
    /// <summary>ε, the noise in the sample.</summary>
    Epsilon,

    /// <summary>v = √ᾱ ε − √(1−ᾱ) x₀ (Salimans and Ho, 2022).</summary>
    VPrediction,

    /// <summary>x₀, the clean sample.</summary>
    Sample,
}

/// <summary>How N inference steps are laid over the T training timesteps (Lin et al. 2023, table 2).</summary>
public enum TimestepSpacing
{
    /// <summary>Multiples of ⌊T/N⌋ from 0, plus the offset: what Stable Diffusion 1.5 was published with.</summary>
    Leading,

    /// <summary>From T−1 down in steps of T/N: begins at pure noise.</summary>
    Trailing,

    /// <summary>N points from 0 to T−1, both ends included.</summary>
    Linspace,
}

/// <summary>How β grows over the training timesteps.</summary>
public enum BetaSchedule
{
    /// <summary>Evenly from start to end.</summary>
    Linear,

    /// <summary>√β evenly: the latent diffusion models' choice.</summary>
    ScaledLinear,
}

/// <summary>
/// The noise schedule a model was trained with and how its authors sample it: the values of a diffusers <c>scheduler_config.json</c>.
/// The defaults are Stable Diffusion 1.5's. The file's class name is not read: any scheduler can be built from the same values.
/// </summary>
public sealed record SchedulerConfig
{
    /// <summary>T.</summary>
    public int TrainTimesteps { get; init; } = 1000;

    public double BetaStart { get; init; } = 0.00085;

    public double BetaEnd { get; init; } = 0.012;

    public BetaSchedule BetaSchedule { get; init; } = BetaSchedule.ScaledLinear;

    /// <summary>β as a list, in place of start, end and schedule; null for none.</summary>
    public IReadOnlyList<float>? TrainedBetas { get; init; }

    public PredictionType PredictionType { get; init; } = PredictionType.Epsilon;

    public TimestepSpacing TimestepSpacing { get; init; } = TimestepSpacing.Leading;

    /// <summary>Added to every timestep of the leading spacing.</summary>
    public int StepsOffset { get; init; } = 1;

    /// <summary>ᾱ beyond the last step: 1, or (false) ᾱ₀.</summary>
    public bool SetAlphaToOne { get; init; }

    /// <summary>Clips the predicted x₀ to ±<see cref="ClipSampleRange"/>; for models that diffuse pixels, not latents.</summary>
    public bool ClipSample { get; init; }

    public double ClipSampleRange { get; init; } = 1;

    /// <summary>Reads a <c>scheduler_config.json</c>. Keys that are absent have the defaults above; keys of other schedulers are ignored.</summary>
    /// <param name="json">The file's root object.</param>
    /// <param name="subject">The file's name, for messages.</param>
    /// <exception cref="BadDataException">A value is of the wrong kind or out of range, or asks for something not built.</exception>
    public static SchedulerConfig Parse(JsonElement json, string subject)
    {
        var read = new JsonReader(json, subject);
        if (read.Bool("rescale_betas_zero_snr", false) || read.Bool("thresholding", false))
            throw BadDataException.For(subject, "rescale_betas_zero_snr or thresholding", "a schedule without them", "Use a model trained without these; Stable Diffusion 1.x and 2.x are.");
        var config = new SchedulerConfig();
        config = config with
        {
            TrainTimesteps = (int)read.Number("num_train_timesteps", config.TrainTimesteps, 1, 1_000_000),
            BetaStart = read.Number("beta_start", config.BetaStart, 0, 0.999),
            BetaEnd = read.Number("beta_end", config.BetaEnd, 0, 0.999),
            BetaSchedule = read.Choice("beta_schedule", config.BetaSchedule, ("linear", BetaSchedule.Linear), ("scaled_linear", BetaSchedule.ScaledLinear)),
            TrainedBetas = read.Numbers("trained_betas"),
            PredictionType = read.Choice("prediction_type", config.PredictionType,
                ("epsilon", PredictionType.Epsilon), ("v_prediction", PredictionType.VPrediction), ("sample", PredictionType.Sample)),
            TimestepSpacing = read.Choice("timestep_spacing", config.TimestepSpacing,
                ("leading", TimestepSpacing.Leading), ("trailing", TimestepSpacing.Trailing), ("linspace", TimestepSpacing.Linspace)),
            StepsOffset = (int)read.Number("steps_offset", config.StepsOffset, 0, 1000),
            SetAlphaToOne = read.Bool("set_alpha_to_one", config.SetAlphaToOne),
            ClipSample = read.Bool("clip_sample", config.ClipSample),
            ClipSampleRange = read.Number("clip_sample_range", config.ClipSampleRange, 1e-6, 1e6),
        };
        return config.TrainedBetas is { } betas && betas.Count != config.TrainTimesteps
            ? throw BadDataException.For(subject, $"{betas.Count} trained_betas", $"{config.TrainTimesteps}, one for each training timestep", "Correct the file.")
            : config;
    }

    readonly struct JsonReader(JsonElement json, string subject)
    {
        readonly JsonElement _json = json;
        readonly string _subject = subject;

        public bool Bool(string key, bool fallback) =>
            !Has(key, out JsonElement e) ? fallback
            : e.ValueKind is JsonValueKind.True or JsonValueKind.False ? e.GetBoolean()
            : throw Bad(key, e, "true or false");

        public double Number(string key, double fallback, double least, double most) =>
            !Has(key, out JsonElement e) ? fallback
            : e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out double value) && value >= least && value <= most ? value
            : throw Bad(key, e, FormattableString.Invariant($"a number from {least} to {most}"));

        public float[]? Numbers(string key)
        {
            if (!Has(key, out JsonElement e)) return null;
            if (e.ValueKind != JsonValueKind.Array || e.EnumerateArray().Any(b => b.ValueKind != JsonValueKind.Number || b.GetDouble() is not (>= 0 and < 1)))
                throw Bad(key, e, "a list of numbers from 0 to below 1");
            return [.. e.EnumerateArray().Select(b => b.GetSingle())];
        }

        public T Choice<T>(string key, T fallback, params ReadOnlySpan<(string Name, T Value)> choices)
        {
            if (!Has(key, out JsonElement e)) return fallback;
            string? name = e.ValueKind == JsonValueKind.String ? e.GetString() : null;
            foreach ((string known, T value) in choices)
                if (known == name) return value;
            throw Bad(key, e, string.Join(", ", choices.ToArray().Select(c => c.Name)));
        }

        bool Has(string key, out JsonElement e) =>
            _json.TryGetProperty(key, out e) && e.ValueKind != JsonValueKind.Null;

        BadDataException Bad(string key, JsonElement found, string expected) =>
            BadDataException.For($"{_subject}, {key}", SafePath.Shorten(found.GetRawText()), expected, "Take the file from the model's repository again, or correct it.");
    }
}
