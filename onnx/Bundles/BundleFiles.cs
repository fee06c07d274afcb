namespace Alignment.Onnx.Bundles;

// File names in a bundle's folder, '/' between parts.
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
    public const string LpipsConfig = "configs/lpips.json";

    public const string ClipSeg = "clipseg.onnx";
    public const string ClipSegText = "clipseg_text.onnx";
    public const string ClipSegConfig = "configs/clipseg.json";
    public const string ClipSegPictures = "configs/clipseg_preprocessor.json";

    // CLIPSeg's, where it is not the bundle's.
    public const string ClipSegTokenizer = "clipseg_tokenizer";

    public static IReadOnlyList<string> Models { get; } = [TextEncoder, Unet, ControlNet, VaeEncoder, VaeDecoder];
    public static IReadOnlyList<string> OptionalModels { get; } = [ClipSeg, ClipSegText, Lpips];

    // False for what no edit reads (LPIPS, the training artifact, CLIPSeg); it does not change the bundle's identity.
    public static bool ChangesPictures(string file) =>
        !IsClipSeg(file) && !file.StartsWith(Lpips, StringComparison.Ordinal) && file != LpipsConfig
        && !file.StartsWith("training/", StringComparison.Ordinal);

    public static bool IsClipSeg(string file) =>
        file is ClipSegConfig or ClipSegPictures || file.StartsWith(ClipSeg, StringComparison.Ordinal)
        || file.StartsWith(ClipSegText, StringComparison.Ordinal) || file.StartsWith(ClipSegTokenizer + "/", StringComparison.Ordinal);
}
