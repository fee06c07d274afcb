using Alignment.Onnx.Models;

namespace Alignment.Onnx.Bundles;

/// <summary>
/// The architectures of a bundle's models, kept in <c>configs/</c> so that they can be authored again: to train them, and to
/// write what was trained. Recorded and hashed like every file of the bundle.
/// </summary>
sealed record BundleConfigs
{
    const string TextFile = "configs/text_encoder.json", UNetFile = "configs/unet.json", VaeFile = "configs/vae.json", ControlFile = "configs/controlnet.json", LpipsFile = BundleFiles.LpipsConfig;

    public required ClipTextConfig Text { get; init; }
    public required UNetConfig UNet { get; init; }
    public required VaeConfig Vae { get; init; }
    public required ControlNetConfig ControlNet { get; init; }

    /// <summary>The trunk of lpips.onnx; null in a bundle without it.</summary>
    public LpipsConfig? Lpips { get; init; }

    /// <summary>Whether the autoencoder's attention is named as libraries save it today; see <see cref="AutoencoderKL.Weights"/>. Not recorded: the weights tell.</summary>
    internal bool NewVaeNames { get; init; }

    /// <summary>Writes the files of <c>configs/</c> into a bundle's folder.</summary>
    internal void Write(string folder)
    {
        void File(string name, string text) => AtomicFile.WriteText(Path.Combine(folder, name), text);
        File(TextFile, ConfigText.Of(Text));
        File(UNetFile, ConfigText.Of(UNet));
        File(VaeFile, ConfigText.Of(Vae));
        File(ControlFile, ConfigText.Of(ControlNet));
        if (Lpips is not null) File(LpipsFile, LpipsConfigText.Of(Lpips));
    }

    /// <summary>Whether a bundle records its architectures.</summary>
    public static bool AreIn(ModelBundle bundle)
    {
        return s_files.All(bundle.Has);
    }

    static readonly string[] s_files = [TextFile, UNetFile, VaeFile, ControlFile];

    /// <exception cref="BadDataException">The bundle does not record its architectures: it was made by an older version or exported elsewhere.</exception>
    public static BundleConfigs Read(ModelBundle bundle)
    {
        string[] missing = [.. s_files.Where(f => !bundle.Has(f))];
        if (missing.Length > 0)
            throw BadDataException.For($"The model bundle '{bundle.Folder}'", $"no {string.Join(", no ", missing)}", "the architectures of its models, which training needs", "Import the model again with 'alignment models import'; bundles made elsewhere cannot be trained.");
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
