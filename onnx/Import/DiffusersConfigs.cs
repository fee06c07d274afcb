using System.Text.Json;
using Alignment.Onnx.Bundles;

namespace Alignment.Onnx.Import;

/// <summary>The configuration files of a diffusers folder that concern the bundle, not the architectures.</summary>
static class DiffusersConfigs
{
    /// <summary>The noise schedule and prediction type of a <c>scheduler_config.json</c>, whatever scheduler class it names.</summary>
    public static (SchedulerFacts Scheduler, string PredictionType) Scheduler(string path) => StrictJson.ReadFile(path, root =>
    {
        if (root.TryGetProperty("trained_betas", out JsonElement betas) && betas.ValueKind != JsonValueKind.Null)
            throw new FormatException("trained_betas, a table of its own, which is not supported");
        // Keys that old files lack have the library's defaults, which are not SD's: 0.0001 … 0.02, linear, alpha 1, offset 0.
        return (new SchedulerFacts
        {
            TrainTimesteps = Int("num_train_timesteps", 1000),
            BetaStart = Number("beta_start", 0.0001),
            BetaEnd = Number("beta_end", 0.02),
            BetaSchedule = Text("beta_schedule", "linear"),
            StepsOffset = Int("steps_offset", 0),
            SetAlphaToOne = Flag("set_alpha_to_one", true),
            ClipSample = Flag("clip_sample", false),
        }, Text("prediction_type", "epsilon"));

        int Int(string key, int otherwise) => Find(key) is { } v ? v.GetInt32() : otherwise;
        double Number(string key, double otherwise) => Find(key) is { } v ? v.GetDouble() : otherwise;
        string Text(string key, string otherwise) => Find(key)?.GetString() ?? otherwise;
        bool Flag(string key, bool otherwise) => Find(key) is { } v ? v.GetBoolean() : otherwise;
        JsonElement? Find(string key) => root.TryGetProperty(key, out JsonElement v) && v.ValueKind != JsonValueKind.Null ? v : null;
    });
}
