using System.Text.Json;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Models;

namespace Alignment.Onnx.Import;

/// <summary>A model folder as diffusers saves it: its parts found, its configurations read and held against each other.</summary>
sealed class DiffusersFolder
{
    const string IndexName = "model_index.json";

    /// <summary>The architectures that we author, by component.</summary>
    static readonly (string Component, string Class)[] s_parts =
        [("text_encoder", "CLIPTextModel"), ("unet", "UNet2DConditionModel"), ("vae", "AutoencoderKL"), ("tokenizer", "CLIPTokenizer")];

    public required string Path { get; init; }
    public required ClipTextConfig Text { get; init; }
    public required UNetConfig UNet { get; init; }
    public required VaeConfig Vae { get; init; }

    /// <summary>The ControlNet's folder, or null where there is none.</summary>
    public required string? ControlNetPath { get; init; }

    /// <summary>The ControlNet's architecture: that of its folder, or the one a new one will have.</summary>
    public required ControlNetConfig ControlNet { get; init; }

    public string PartPath(string component) => System.IO.Path.Combine(Path, component);

    /// <summary>The noise schedule; every published folder has one.</summary>
    public string SchedulerPath => System.IO.Path.Combine(PartPath("scheduler"), "scheduler_config.json");

    /// <exception cref="MissingDependencyException">There is no such folder.</exception>
    /// <exception cref="BadDataException">A part is missing, of another architecture, or does not fit the others.</exception>
    public static DiffusersFolder Read(string path, DiffusersImportOptions options)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(full))
            throw MissingDependencyException.For($"The model folder '{full}'", "no such folder", "a diffusers model (a folder with model_index.json)", "Check the path; download the model first.");
        bool hasControlNet = CheckIndex(full);
        foreach (string part in (string[])["text_encoder/config.json", "unet/config.json", "vae/config.json", "tokenizer/vocab.json", "tokenizer/merges.txt", "scheduler/scheduler_config.json"])
            if (!File.Exists(System.IO.Path.Combine(full, part))) throw Bad(full, $"no {part}", "a complete diffusers model", "Download the model completely.");

        string? controlNetPath = options.ControlNet is { } given ? System.IO.Path.GetFullPath(given)
            : hasControlNet || Directory.Exists(System.IO.Path.Combine(full, "controlnet")) ? System.IO.Path.Combine(full, "controlnet")
            : null;
        if (controlNetPath is not null && !File.Exists(System.IO.Path.Combine(controlNetPath, "config.json")))
            throw Bad(controlNetPath, "no config.json", "a ControlNet's folder", "Check the path; download the ControlNet completely.");
        UNetConfig unet = UNetConfig.Read(System.IO.Path.Combine(full, "unet", "config.json"));
        VaeConfig vae = VaeConfig.Read(System.IO.Path.Combine(full, "vae", "config.json"));
        var folder = new DiffusersFolder
        {
            Path = full,
            Text = ClipTextConfig.Read(System.IO.Path.Combine(full, "text_encoder", "config.json")),
            UNet = unet,
            Vae = vae,
            ControlNetPath = controlNetPath,
            ControlNet = controlNetPath is null
                ? ControlNetConfig.For(unet, new BundleManifest().ControlChannels, EmbeddingFor(vae))
                : ControlNetConfig.Read(System.IO.Path.Combine(controlNetPath, "config.json")),
        };
        folder.CheckFit();
        return folder;
    }

    /// <summary>True when the index lists a ControlNet. Refuses what we have no graph for before anything else is read.</summary>
    static bool CheckIndex(string folder)
    {
        string path = System.IO.Path.Combine(folder, IndexName);
        if (!File.Exists(path)) throw Bad(folder, $"no {IndexName}", "a diffusers model", "Name the folder that holds it; single-file checkpoints must be converted first.");
        return StrictJson.ReadFile(path, root =>
        {
            foreach ((string component, string known) in s_parts)
                // The fast tokenizer has the same files.
                if (ClassOf(root, component) is var found && found != known && !(component == "tokenizer" && found == known + "Fast"))
                    throw Bad(folder, $"'{component}' of class {SafePath.Shorten(found ?? "(none)")}", known, "Models of the Stable Diffusion 1.x family can be imported.");
            return ClassOf(root, "controlnet") switch
            {
                null => false,
                "ControlNetModel" => true,
                var other => throw Bad(folder, $"'controlnet' of class {SafePath.Shorten(other)}", "one ControlNetModel", $"Name the one to use as {OptionName.Of<DiffusersImportOptions>(nameof(DiffusersImportOptions.ControlNet))}."),
            };
        });
    }

    /// <summary>The second of [library, class]; null where the component is absent or [null, null].</summary>
    static string? ClassOf(JsonElement index, string component)
    {
        if (!index.TryGetProperty(component, out JsonElement pair) || pair.ValueKind == JsonValueKind.Null) return null;
        return pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2 && pair[1].ValueKind is JsonValueKind.String or JsonValueKind.Null
            ? pair[1].GetString()
            : "(several)";
    }

    /// <summary>SD 1.5's widths, as many levels as bring the picture to the latents' size.</summary>
    static int[] EmbeddingFor(VaeConfig vae)
    {
        int[] standard = [.. new ControlNetConfig().EmbeddingChannels];
        return vae.BlockChannels.Count <= standard.Length ? standard[..vae.BlockChannels.Count] : [.. standard, .. Enumerable.Repeat(standard[^1], vae.BlockChannels.Count - standard.Length)];
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
        Same("reductions of controlnet (conditioning_embedding_out_channels) and vae (block_out_channels)", ControlNet.ImageToLatent, Vae.ImageToLatent);
        if (!ControlNet.SkipChannels.SequenceEqual(UNet.SkipChannels))
            throw Bad(Path, $"a controlnet with residuals of [{Numbers(ControlNet.SkipChannels)}] channels", $"the unet's [{Numbers(UNet.SkipChannels)}]", "Use a ControlNet made for this model.");
    }

    void Same(string what, int one, int other)
    {
        if (one != other) throw Bad(Path, $"{Numbers([one])} and {Numbers([other])} as {what}", "the same number", "The parts belong to different models, or to a kind that is not supported.");
    }

    static string Numbers(IEnumerable<int> n) => string.Join(", ", n.Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    static BadDataException Bad(string folder, string found, string expected, Phrase nextStep) =>
        BadDataException.For($"The model folder '{folder}'", found, expected, nextStep);
}
