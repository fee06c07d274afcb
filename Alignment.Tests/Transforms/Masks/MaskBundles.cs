using Alignment.Onnx.Bundles;
using Alignment.Onnx.Import;
using Alignment.Onnx.Models;
using Alignment.Tests.Tools.TinyModel;

namespace Alignment.Tests.Transforms.Masks;

/// <summary>Bundles with a CLIPSeg of random numbers, made once for all tests that need one: what it says means nothing, how it is said
/// does.</summary>
static class MaskBundles
{
    static readonly Lazy<TempFolder> s_folder = new(() =>
    {
        var folder = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return folder;
    });

    static readonly Lazy<string> s_seeded = new(() =>
    {
        ModelBundle tiny = ModelBundle.Open(BundledModels.Tiny);
        ClipSegConfig config = TinyMasks.Config(tiny.Manifest.Tokenizer.VocabularySize);
        return TinyBundle.Write(s_folder.Value["seeded"], tiny,
            new SeededWeights(ClipSeg.Weights(config, comparesPictures: false), new() { Seed = 3, EmbeddingDeviation = 1 })).Folder;
    });

    static readonly Lazy<string> s_reference = new(() =>
    {
        string bundle = s_folder.Value["reference"];
        TinyBundle.Write(bundle);
        return ClipSegImport.Run(Shared.Path("fixtures", "clipseg", "tiny-clipseg"), bundle).Folder;
    });

    /// <summary>The tiny model with a CLIPSeg of its own shape.</summary>
    public static string Seeded => s_seeded.Value;

    /// <summary>The tiny model with the reference's CLIPSeg; skips the test where the fixtures are absent.</summary>
    public static string Reference
    {
        get
        {
            Shared.Path("fixtures", "clipseg", "tiny-clipseg");
            return s_reference.Value;
        }
    }
}
