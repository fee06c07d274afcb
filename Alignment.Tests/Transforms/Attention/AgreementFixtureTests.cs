using System.Text.Json;
using Alignment.Onnx.Weights;
using Alignment.Transforms.Attention.Metrics;

namespace Alignment.Tests.Transforms.Attention;

/// <summary>Every measure against pysaliency and NumPy on maps of noise, blobs, ties, zeros, negative values and constants.</summary>
public sealed class AgreementFixtureTests
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
        float[] p = maps.ReadFloats(name + ".predicted"), t = maps.ReadFloats(name + ".target"),
            centre = maps.ReadFloats(name + ".centre_bias");
        int width = c.GetProperty("shape")[1].GetInt32();
        int[] at = Pixels("fixations"), elsewhere = Pixels("shuffled");
        (string Key, double Made)[] made =
        [
            ("cc", CorrelationCoefficient.Of(p, t)), ("sim", Similarity.Of(p, t)), ("kl_mit", KullbackLeibler.Of(p, t)),
                ("kl_mit_reverse", KullbackLeibler.Of(t, p)),
            ("nss", NormalizedScanpathSaliency.Of(p, at)), ("auc_uniform", AreaUnderCurve.Uniform(p, at)),
                ("auc_unfixated", AreaUnderCurve.Unfixated(p, at)),
            ("auc_judd", AreaUnderCurve.Judd(p, at)), ("sauc", AreaUnderCurve.Shuffled(p, at, elsewhere)),
            ("ig_uniform", InformationGain.Of(p, at)), ("ig_centre_bias", InformationGain.Of(p, centre, at)),
        ];
        Assert.That(made.Select(m => m.Key), Is.EquivalentTo(expected.EnumerateObject().Select(e => e.Name)),
            "every value of the reference is compared");
        using (Assert.EnterMultipleScope())
        {
            foreach (var (key, value) in made)
            {
                if (expected.GetProperty(key).ValueKind == JsonValueKind.Null) Assert.That(value, Is.NaN, key);
                else Assert.That(value, Is.EqualTo(expected.GetProperty(key).GetDouble())
                    .Within(Tolerance * Math.Max(1, Math.Abs(expected.GetProperty(key).GetDouble()))), key);
            }
        }
        SaliencyMetrics all = SaliencyMetrics.Of(p, t, at);
        Assert.That(new[] { all.Cc, all.Sim, all.Kl, all.Nss, all.AucJudd },
            Is.EqualTo(new[] { made[0].Made, made[1].Made, made[2].Made, made[4].Made, made[7].Made }));

        // Fractional positions are truncated to the pixel.
        int[] Pixels(string kind) => [.. c.GetProperty(kind + "_x").EnumerateArray()
            .Zip(c.GetProperty(kind + "_y").EnumerateArray(), (x, y) => (int)y.GetDouble() * width + (int)x.GetDouble())];
    }
}
