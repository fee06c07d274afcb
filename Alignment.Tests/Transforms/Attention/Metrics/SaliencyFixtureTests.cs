using System.Text.Json;
using Alignment.Onnx.Weights;
using Alignment.Transforms.Attention.Metrics;

namespace Alignment.Tests.Transforms.Attention.Metrics;

/// <summary>Every metric against pysaliency and NumPy on maps of noise, blobs, ties, zeros, negative values and constants.</summary>
public sealed class SaliencyFixtureTests
{
    // The fixtures' advice: 1e-9, absolute and relative.
    const double Tolerance = 1e-9;

    static string[] Cases() => Shared.TryPath("fixtures", "saliency-metrics", "cases.json") is { } path
        ? JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.EnumerateArray().Select(c => c.GetProperty("name").GetString()!).ToArray()
        : ["absent"];

    [TestCaseSource(nameof(Cases))]
    public void Measures_OfAReferenceCase_AreTheReferences(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("fixtures", "saliency-metrics", "cases.json")));
        JsonElement c = document.RootElement.EnumerateArray().First(e => e.GetProperty("name").GetString() == name),
            expected = c.GetProperty("expected");
        using SafetensorsFile maps = SafetensorsFile.Open(Shared.Path("fixtures", "saliency-metrics", "maps.safetensors"));
        float[] p = maps.ReadFloats(name + ".predicted"), t = maps.ReadFloats(name + ".target");
        int width = c.GetProperty("shape")[1].GetInt32();
        int[] at = Pixels("fixations");
        // The reference's other curves and information gain are not in the product.
        (string Key, double Made)[] made =
        [
            .. SaliencyMetrics.All.Select(m => (m.Name == "kl" ? "kl_mit" : m.Name, m.Of(p, t, at))),
            ("kl_mit_reverse", KullbackLeibler.Of(t, p)),
        ];
        using (Assert.EnterMultipleScope())
        {
            foreach (var (key, value) in made)
            {
                if (expected.GetProperty(key).ValueKind == JsonValueKind.Null) Assert.That(value, Is.NaN, key);
                else Assert.That(value, Is.EqualTo(expected.GetProperty(key).GetDouble())
                    .Within(Tolerance * Math.Max(1, Math.Abs(expected.GetProperty(key).GetDouble()))), key);
            }
        }

        // Fractional positions are truncated to the pixel.
        int[] Pixels(string kind) => [.. c.GetProperty(kind + "_x").EnumerateArray()
            .Zip(c.GetProperty(kind + "_y").EnumerateArray(), (x, y) => (int)y.GetDouble() * width + (int)x.GetDouble())];
    }
}
