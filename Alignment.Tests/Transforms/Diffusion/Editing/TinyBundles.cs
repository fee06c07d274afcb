using Alignment.Onnx.Bundles;
using Alignment.Tests.Onnx.Models;

namespace Alignment.Tests.Transforms.Diffusion.Editing;

/// <summary>The small reference models as bundles, made once for all tests of this namespace.</summary>
[SetUpFixture]
public sealed class TinyBundles
{
    static TempFolder? s_folder;
    static readonly Dictionary<string, ModelBundle> s_bundles = [];

    /// <summary>The bundle of "tiny-sd" or "tiny-sd-4level"; skips the test where the fixtures are absent.</summary>
    internal static ModelBundle Of(string model)
    {
        string from = Shared.Path("fixtures", model);
        lock (s_bundles)
        {
            if (s_bundles.TryGetValue(model, out ModelBundle? known)) return known;
            string to = s_folder![model];
            Make(model, from, to);
            return s_bundles[model] = ModelBundle.Open(to);
        }
    }

    internal static void Make(string model, string from, string to)
    {
        foreach (string part in new[] { "tokenizer", "scheduler", "vae", "unet" })
        {
            Directory.CreateDirectory(Path.Combine(to, part));
            foreach (string file in Directory.GetFiles(Path.Combine(from, part)).Where(f => !f.EndsWith(".safetensors", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(to, part, Path.GetFileName(file)));
        }
        using var fixture = new Fixture(model);
        fixture.Text().Save(Path.Combine(to, BundleFiles.TextEncoder));
        fixture.UNet().Save(Path.Combine(to, BundleFiles.Unet));
        fixture.Control().Save(Path.Combine(to, BundleFiles.ControlNet));
        fixture.Encoder().Save(Path.Combine(to, BundleFiles.VaeEncoder));
        fixture.Decoder().Save(Path.Combine(to, BundleFiles.VaeDecoder));
    }

    [OneTimeSetUp]
    public void Begin() => s_folder = new TempFolder();

    [OneTimeTearDown]
    public void End() => s_folder?.Dispose();
}
