using Alignment.Onnx.Bundles;
using Alignment.Onnx.Models;

namespace Alignment.Onnx.Import;

// A model folder as diffusers saves it, its configurations checked against each other.
sealed class DiffusersFolder
{
    const string IndexName = "model_index.json";

    static readonly (string Component, string Class)[] s_parts =
        [("text_encoder", "CLIPTextModel"), ("unet", "UNet2DConditionModel"), ("vae", "AutoencoderKL"), ("tokenizer", "CLIPTokenizer")];

    static readonly string[] s_files =
    [
        "text_encoder/config.json", "unet/config.json", "vae/config.json", "tokenizer/vocab.json", "tokenizer/merges.txt",
        "scheduler/scheduler_config.json",
    ];

    public required string Path { get; init; }
    public required ClipTextConfig Text { get; init; }
    public required UNetConfig UNet { get; init; }
    public required VaeConfig Vae { get; init; }
    public required string? ControlNetPath { get; init; }

    // The folder's, or that of a new one.
    public required ControlNetConfig ControlNet { get; init; }

    public string PartPath(string component) => System.IO.Path.Combine(Path, component);

    public string SchedulerPath => System.IO.Path.Combine(PartPath("scheduler"), "scheduler_config.json");

    // Throws where the folder or a part is missing, of another architecture, or does not fit the others.
    public static DiffusersFolder Read(string path, DiffusersImportOptions options)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(full))
            throw MissingDependencyException.For($"The model folder '{full}'", "no such folder",
                "a diffusers model (a folder with model_index.json)",
                "Check the path; download the model first.");
        bool hasControlNet = CheckIndex(full);
        string At(string file) => System.IO.Path.Combine(full, file);
        foreach (string file in s_files)
            if (!File.Exists(At(file))) throw Bad(full, $"no {file}", "a complete diffusers model", "Download the model completely.");

        string? controlNetPath = options.ControlNet is { } given ? System.IO.Path.GetFullPath(given)
            : hasControlNet || Directory.Exists(At("controlnet")) ? At("controlnet")
            : null;
        string controlNetConfig = System.IO.Path.Combine(controlNetPath ?? "", "config.json");
        if (controlNetPath is not null && !File.Exists(controlNetConfig))
            throw Bad(controlNetPath, "no config.json", "a ControlNet's folder", "Check the path; download the ControlNet completely.");
        UNetConfig unet = UNetConfig.Read(At("unet/config.json"));
        VaeConfig vae = VaeConfig.Read(At("vae/config.json"));
        var folder = new DiffusersFolder
        {
            Path = full,
            Text = ClipTextConfig.Read(At("text_encoder/config.json")),
            UNet = unet,
            Vae = vae,
            ControlNetPath = controlNetPath,
            ControlNet = controlNetPath is null
                ? ControlNetConfig.For(unet, new BundleManifest().ControlChannels, EmbeddingFor(vae))
                : ControlNetConfig.Read(controlNetConfig),
        };
        folder.CheckFit();
        return folder;
    }

    // True where the index lists a ControlNet.
    static bool CheckIndex(string folder)
    {
        string path = System.IO.Path.Combine(folder, IndexName);
        if (!File.Exists(path))
            throw Bad(folder, $"no {IndexName}", "a diffusers model",
                "Name the folder that holds it; single-file checkpoints must be converted first.");
        return StrictJson.ReadFile(path, root =>
        {
            foreach ((string component, string known) in s_parts)
                // The fast tokenizer has the same files.
                if (ClassOf(root, component) is var found && found != known && !(component == "tokenizer" && found == known + "Fast"))
                    throw Bad(folder, $"'{component}' of class {SafePath.Shorten(found ?? "(none)")}", known,
                        "Models of the Stable Diffusion 1.x family can be imported.");
            return ClassOf(root, "controlnet") switch
            {
                null => false,
                "ControlNetModel" => true,
                var other => throw Bad(folder, $"'controlnet' of class {SafePath.Shorten(other)}", "one ControlNetModel",
                    $"Name the one to use as {OptionName.Of<DiffusersImportOptions>(nameof(DiffusersImportOptions.ControlNet))}."),
            };
        });
    }

    static string? ClassOf(JsonElement index, string component)
    {
        if (!index.TryGetProperty(component, out JsonElement pair) || pair.ValueKind == JsonValueKind.Null) return null;
        return pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2
            && pair[1].ValueKind is JsonValueKind.String or JsonValueKind.Null
            ? pair[1].GetString()
            : "(several)";
    }

    // SD 1.5's widths, for as many levels as the autoencoder has.
    static int[] EmbeddingFor(VaeConfig vae)
    {
        int[] standard = [.. new ControlNetConfig().EmbeddingChannels];
        return [.. Enumerable.Range(0, vae.BlockChannels.Count).Select(i => standard[Math.Min(i, standard.Length - 1)])];
    }

    void CheckFit()
    {
        Same("latent channels of unet (in_channels) and vae (latent_channels)", UNet.InChannels, Vae.LatentChannels);
        Same("channels of unet (out_channels) and vae (latent_channels)", UNet.OutChannels, Vae.LatentChannels);
        Same("text widths of unet (cross_attention_dim) and text_encoder (hidden_size)", UNet.CrossAttentionWidth, Text.HiddenSize);
        Same("picture channels of the vae and RGB", Vae.InChannels, 3);
        Same("picture channels of the vae and RGB", Vae.OutChannels, 3);
        Same("latent channels of controlnet and unet (in_channels)", ControlNet.InChannels, UNet.InChannels);
        Same("text widths of controlnet and unet (cross_attention_dim)", ControlNet.CrossAttentionWidth, UNet.CrossAttentionWidth);
        Same("reductions of controlnet (conditioning_embedding_out_channels) and vae (block_out_channels)", ControlNet.ImageToLatent,
            Vae.ImageToLatent);
        if (!ControlNet.SkipChannels.SequenceEqual(UNet.SkipChannels))
            throw Bad(Path, $"a controlnet with residuals of [{string.Join(", ", ControlNet.SkipChannels)}] channels",
                $"the unet's [{string.Join(", ", UNet.SkipChannels)}]", "Use a ControlNet made for this model.");
    }

    void Same(string what, int one, int other)
    {
        if (one != other)
            throw Bad(Path, $"{one} and {other} as {what}", "the same number",
                "The parts belong to different models, or to a kind that is not supported.");
    }

    static BadDataException Bad(string folder, string found, string expected, Phrase nextStep) =>
        BadDataException.For($"The model folder '{folder}'", found, expected, nextStep);
}
