namespace Alignment.Onnx.Bundles;

/// <summary>The names in a bundle folder, '/' between parts.</summary>
public static class BundleFiles
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

    /// <summary>The trunk of <see cref="Lpips"/>.</summary>
    internal const string LpipsConfig = "configs/lpips.json";

    /// <summary>Every bundle has these.</summary>
    public static IReadOnlyList<string> Models { get; } = [TextEncoder, Unet, ControlNet, VaeEncoder, VaeDecoder];

    /// <summary>A bundle may have these.</summary>
    public static IReadOnlyList<string> OptionalModels { get; } = ["clipseg.onnx", Lpips];

    /// <summary>
    /// False for what only training reads: LPIPS with its configuration, and the training artifact. A bundle that gains them
    /// makes the same pictures, so that its identity stays.
    /// </summary>
    internal static bool ChangesPictures(string file) =>
        !file.StartsWith(Lpips, StringComparison.Ordinal) && file != LpipsConfig && !file.StartsWith("training/", StringComparison.Ordinal);
}
