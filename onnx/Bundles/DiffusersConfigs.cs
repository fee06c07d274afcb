namespace Alignment.Onnx.Bundles;

// The files of a diffusers folder that concern the bundle, not the architectures.
static class DiffusersConfigs
{
    static readonly (string Key, string[] Known)[] s_samplerSettings =
    [
        ("algorithm_type", ["dpmsolver++"]), ("solver_type", ["midpoint", "bh2"]), ("solver_order", ["2"]), ("lower_order_final", ["true"]),
        ("euler_at_final", ["false"]), ("predict_x0", ["true"]), ("disable_corrector", ["[]"]),
        ("variance_type", ["fixed_small", "fixed_small_log"]), ("interpolation_type", ["linear"]), ("timestep_type", ["discrete"]),
        ("use_exponential_sigmas", ["false"]), ("use_beta_sigmas", ["false"]), ("use_lu_lambdas", ["false"]),
            ("timestep_scaling", ["10", "10.0"]),
    ];

    public static (SchedulerFacts Scheduler, string PredictionType) Scheduler(string path) => StrictJson.ReadFile(path, root =>
    {
        if (root.TryGetProperty("trained_betas", out JsonElement betas) && betas.ValueKind != JsonValueKind.Null)
            throw new FormatException("trained_betas, a table of its own, which is not supported");
        foreach (string key in (string[])["rescale_betas_zero_snr", "thresholding"])
            if (Flag(key, false)) throw new FormatException($"{key} = true, which is not supported");
        if (Flag("clip_sample", false) && Number("clip_sample_range", 1) is not 1 and double range)
            throw new FormatException(FormattableString.Invariant($"clip_sample_range = {range}, where only 1 is supported"));
        // Absent keys have the library's defaults, which are not SD's.
        return (new SchedulerFacts
        {
            TrainTimesteps = Int("num_train_timesteps", 1000),
            BetaStart = Number("beta_start", 0.0001),
            BetaEnd = Number("beta_end", 0.02),
            BetaSchedule = OneOf("beta_schedule", "linear", "scaled_linear"),
            TimestepSpacing = OneOf("timestep_spacing", "leading", "trailing", "linspace") is var spacing and not "leading" ? spacing
                : null,
            StepsOffset = Int("steps_offset", 0),
            SetAlphaToOne = Flag("set_alpha_to_one", true),
            ClipSample = Flag("clip_sample", false),
            ClassName = Find("_class_name")?.GetString() is { Length: > 0 and < 100 } name ? name : null,
            KarrasSigmas = Flag("use_karras_sigmas", false),
            EndsAtSigmaMin = OneOf("final_sigmas_type", "zero", "sigma_min") == "sigma_min",
            OriginalSteps = Find("original_inference_steps")?.GetInt32() is { } original and not 50 ? original : null,
            UnsupportedSetting = Unsupported(),
        }, OneOf("prediction_type", "epsilon", "v_prediction", "sample"));

        // A setting that selects another algorithm under the same class name matters only for the published sampler.
        string? Unsupported()
        {
            foreach (var (key, known) in s_samplerSettings)
                if (Find(key) is { } v && v.ToString() is var text && !known.Contains(text, StringComparer.OrdinalIgnoreCase))
                    return $"{key} = {SafePath.Shorten(text)}";
            return null;
        }

        int Int(string key, int otherwise) => Find(key) is { } v ? v.GetInt32() : otherwise;
        double Number(string key, double otherwise) => Find(key) is { } v ? v.GetDouble() : otherwise;
        // The first is the library's default.
        string OneOf(string key, params string[] known) => (Find(key)?.GetString() ?? known[0]) is var text && known.Contains(text)
            ? text
            : throw new FormatException($"{key} = '{SafePath.Shorten(text)}', where {string.Join(", ", known)} are supported");
        bool Flag(string key, bool otherwise) => Find(key) is { } v ? v.GetBoolean() : otherwise;
        JsonElement? Find(string key) => root.TryGetProperty(key, out JsonElement v) && v.ValueKind != JsonValueKind.Null ? v : null;
    });
}
