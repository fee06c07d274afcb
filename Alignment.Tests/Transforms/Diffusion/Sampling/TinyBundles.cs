using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Import;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

/// <summary>The small reference models as bundles, made once for all tests that need them.</summary>
static class TinyBundles
{
    static readonly Lazy<TempFolder> s_folder = new(() =>
    {
        var folder = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return folder;
    });

    static readonly Dictionary<(string, ModelPrecision), ModelBundle> s_bundles = [];

    /// <summary>The bundle of "tiny-sd" or "tiny-sd-4level"; skips the test where the fixtures are absent.</summary>
    internal static ModelBundle Of(string model, ModelPrecision precision = ModelPrecision.Float32)
    {
        string from = Shared.Path("fixtures", model);
        lock (s_bundles)
        {
            if (s_bundles.TryGetValue((model, precision), out ModelBundle? known)) return known;
            string to = s_folder.Value[$"{model}-{precision}"];
            return s_bundles[(model, precision)] = DiffusersImport.Run(from, to, new() { Precision = precision });
        }
    }
}
