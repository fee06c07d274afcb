using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;

namespace Alignment.Onnx.Bundles;

/// <summary>
/// The manifest of a bundle without one: from its models' shapes, its tokenizer and exporters' configuration files; the rest is SD 1.5's
/// and listed as assumed.
/// </summary>
static class BundleInference
{
    // Levels of SD 1.5's UNet.
    const int StandardLevels = 4;

    public static (BundleManifest Manifest, IReadOnlyList<string> Assumptions) Infer(string folder,
        IReadOnlyDictionary<string, OnnxHeader> headers)
    {
        var assumed = new List<string>();
        var standard = new BundleManifest();
        int? scaleLevels = null, vaeLevels = null;
        double? scaling = null;
        if (Config("vae") is { } vae)
            StrictJson.ReadFile(vae, root =>
            {
                vaeLevels = Levels(root);
                scaling = root.TryGetProperty("scaling_factor", out JsonElement f) ? f.GetDouble() : standard.ScalingFactor;
                return true;
            });
        if (Config("unet") is { } unet) StrictJson.ReadFile(unet, root => { scaleLevels = Levels(root); return true; });

        // A model exported for one size determines the factor.
        long? image = BundleContract.Size(headers, BundleFiles.VaeEncoder, "sample", 2);
        long? latent = BundleContract.Size(headers, BundleFiles.VaeDecoder, "latent_sample", 2);
        int? factor = vaeLevels is { } levels ? 1 << (levels - 1)
            : image is { } i && latent is { } l and > 0 && i % l == 0 ? (int)(i / l)
            : null;

        int vaeFactor = Or(factor, standard.VaeFactor, "pixels per latent", "vae/config.json");
        int unetFactor = 1 << ((scaleLevels ?? StandardLevels) - 1);   // exporters elsewhere fix sizes that divide evenly
        string? schedulerPath = SchedulerConfig();
        (SchedulerFacts scheduler, string prediction) =
            schedulerPath is null ? (standard.Scheduler, standard.PredictionType) : DiffusersConfigs.Scheduler(schedulerPath);
        if (schedulerPath is null)
            assumed.Add("noise schedule and prediction type: as in SD 1.5 (would be in scheduler/scheduler_config.json)");
        BundleManifest manifest = new()
        {
            ImageMultiple = vaeFactor * unetFactor,
            LatentChannels = Or(Size(BundleFiles.Unet, "sample"), standard.LatentChannels, "latent channels", "a fixed axis in unet.onnx"),
            ScalingFactor = Or(scaling, standard.ScalingFactor, "latent scaling factor", "vae/config.json"),
            VaeFactor = vaeFactor,
            PredictionType = prediction,
            ControlChannels = Or(Size(BundleFiles.ControlNet, "controlnet_cond"), standard.ControlChannels, "control channels",
                "a fixed axis in controlnet.onnx"),
            ControlResiduals = BundleContract.Residuals(headers),
            TextWidth = Or(Size(BundleFiles.Unet, "encoder_hidden_states", 2), standard.TextWidth, "text width",
                "a fixed axis in unet.onnx"),
            Scheduler = scheduler,
            Tokenizer = TokenizerFiles.Read(Path.Combine(folder, "tokenizer")),
            Precision = headers[BundleFiles.Unet].WeightType == ModelPrecision.Float16.Text ? ModelPrecision.Float16.Text : null,
            Parameters = headers.ToDictionary(h => h.Key, h => h.Value.Parameters),
        };
        return (manifest, assumed);

        int? Size(string model, string input, int axis = 1) => (int?)BundleContract.Size(headers, model, input, axis);

        T Or<T>(T? found, T otherwise, string what, string where) where T : struct, IFormattable
        {
            if (found is null) assumed.Add(
                $"{what}: {otherwise.ToString(null, CultureInfo.InvariantCulture)}, as in SD 1.5 (would be in {where})");
            return found ?? otherwise;
        }

        string? Config(string component) => Existing(Path.Combine(folder, component, "config.json"),
            Path.Combine(folder, $"{component}_config.json"));

        string? SchedulerConfig() => Existing(Path.Combine(folder, "scheduler", "scheduler_config.json"),
            Path.Combine(folder, "scheduler_config.json"));
    }

    static string? Existing(params string[] paths) => paths.FirstOrDefault(File.Exists);

    // Each level but the last halves the sides.
    static int Levels(JsonElement config)
    {
        int levels = config.GetProperty("block_out_channels").GetArrayLength();
        return levels is >= 1 and <= 8 ? levels : throw new FormatException("block_out_channels of no usable length");
    }
}
