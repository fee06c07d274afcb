namespace Alignment.Onnx.Bundles;

/// <summary>The names in a bundle folder, '/' between parts.</summary>
static class BundleFiles
{
    public const string Manifest = "bundle.json";
    public const string Vocabulary = "tokenizer/vocab.json";
    public const string Merges = "tokenizer/merges.txt";
    public const string TextEncoder = "text_encoder.onnx";
    public const string Unet = "unet.onnx";
    public const string ControlNet = "controlnet.onnx";
    public const string VaeEncoder = "vae_encoder.onnx";
    public const string VaeDecoder = "vae_decoder.onnx";

    public const string Lpips = "lpips.onnx";

    /// <summary>Makes keyword masks; see <see cref="Models.ClipSeg"/>.</summary>
    public const string ClipSeg = "clipseg.onnx";

    /// <summary>Encodes the prompts of <see cref="ClipSeg"/>.</summary>
    public const string ClipSegText = "clipseg_text.onnx";

    /// <summary>The architecture of <see cref="ClipSeg"/>.</summary>
    internal const string ClipSegConfig = "configs/clipseg.json";

    /// <summary>How pictures are prepared for <see cref="ClipSeg"/>.</summary>
    internal const string ClipSegPictures = "configs/clipseg_preprocessor.json";

    /// <summary>The tokenizer of <see cref="ClipSegText"/>, where it is not the bundle's own.</summary>
    internal const string ClipSegTokenizer = "clipseg_tokenizer";

    /// <summary>The trunk of <see cref="Lpips"/>.</summary>
    internal const string LpipsConfig = "configs/lpips.json";

    /// <summary>Every bundle has these.</summary>
    public static IReadOnlyList<string> Models { get; } = [TextEncoder, Unet, ControlNet, VaeEncoder, VaeDecoder];

    /// <summary>A bundle may have these.</summary>
    public static IReadOnlyList<string> OptionalModels { get; } = [ClipSeg, ClipSegText, Lpips];

    /// <summary>
    /// False for what no edit reads: LPIPS with its configuration, the training artifact, and CLIPSeg, whose masks come as files. A bundle
    /// that gains them makes the same pictures, so that its identity stays.
    /// </summary>
    internal static bool ChangesPictures(string file) =>
        !IsClipSeg(file) && !file.StartsWith(Lpips, StringComparison.Ordinal) && file != LpipsConfig && !file.StartsWith("training/", StringComparison.Ordinal);

    /// <summary>True for every file of CLIPSeg.</summary>
    internal static bool IsClipSeg(string file) =>
        file.StartsWith(ClipSeg, StringComparison.Ordinal) || file.StartsWith(ClipSegText, StringComparison.Ordinal) || file is ClipSegConfig or ClipSegPictures || file.StartsWith(ClipSegTokenizer + "/", StringComparison.Ordinal);
}
