using Alignment.Onnx.Models;

namespace Alignment.Onnx.Bundles;

/// <summary>The architectures of a bundle's models in <c>configs/</c>, so that they can be authored again.</summary>
sealed record BundleConfigs
{
    const string TextFile = "configs/text_encoder.json", UNetFile = "configs/unet.json", VaeFile = "configs/vae.json";
    const string ControlFile = "configs/controlnet.json", LpipsFile = BundleFiles.LpipsConfig;
    static readonly string[] s_files = [TextFile, UNetFile, VaeFile, ControlFile];

    public required ClipTextConfig Text { get; init; }
    public required UNetConfig UNet { get; init; }
    public required VaeConfig Vae { get; init; }
    public required ControlNetConfig ControlNet { get; init; }

    // The trunk of lpips.onnx; null in a bundle without it.
    public LpipsConfig? Lpips { get; init; }

    /// <summary>
    /// Whether the autoencoder's attention has today's names (<see cref="AutoencoderKL.HasNewNames"/>); the weights tell.
    /// </summary>
    public bool NewVaeNames { get; init; }

    public void Write(string folder)
    {
        void File(string name, string text) => AtomicFile.WriteText(Path.Combine(folder, name), text);
        File(TextFile, ConfigText.Of(Text));
        File(UNetFile, ConfigText.Of(UNet));
        File(VaeFile, ConfigText.Of(Vae));
        File(ControlFile, ConfigText.Of(ControlNet));
        if (Lpips is not null) File(LpipsFile, LpipsConfigText.Of(Lpips));
    }

    public static bool AreIn(ModelBundle bundle) => s_files.All(bundle.Has);

    /// <summary>Throws <see cref="BadDataException"/> where an older version wrote the bundle, or it was exported elsewhere.</summary>
    public static BundleConfigs Read(ModelBundle bundle)
    {
        string[] missing = [.. s_files.Where(f => !bundle.Has(f))];
        if (missing.Length > 0)
            throw BadDataException.For($"The model bundle '{bundle.Folder}'", $"no {string.Join(", no ", missing)}",
                "the architectures of its models, which training needs",
                "Import the model again with 'alignment models import'; bundles made elsewhere cannot be trained.");
        return new()
        {
            Text = ClipTextConfig.Read(bundle.PathOf(TextFile)),
            UNet = UNetConfig.Read(bundle.PathOf(UNetFile)),
            Vae = VaeConfig.Read(bundle.PathOf(VaeFile)),
            ControlNet = ControlNetConfig.Read(bundle.PathOf(ControlFile)),
            Lpips = bundle.Has(LpipsFile) ? LpipsConfigText.Read(bundle.PathOf(LpipsFile)) : null,
        };
    }
}
