using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Images.Quality;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Transforms.Images.Quality;

public sealed class PerceptualDistanceTests
{
    const int Width = 130, Height = 90;

    static readonly ModelBundle s_bundle = ModelBundle.Open(BundledModels.Tiny);

    static byte[] Noise(int seed, int width = Width, int height = Height)
    {
        byte[] pixels = new byte[3 * width * height];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    [Test]
    public void Between_Rectangle_IsTheModelsOwnDistanceOfThatPart()
    {
        byte[] a = Noise(1), b = Noise(2);
        using PerceptualDistance distance = PerceptualDistance.Of(s_bundle)!;
        const int left = 20, top = 10, side = 70;
        double? made = distance.Between(a, b, Width, (left, top, side, side));

        float[] Part(byte[] rgb) => [.. from c in Enumerable.Range(0, 3) from y in Enumerable.Range(0, side)
            from x in Enumerable.Range(0, side) select rgb[3 * ((top + y) * Width + left + x) + c] / 127.5f - 1];
        using InferenceSession session = OrtSessions.Open(s_bundle.PathOf(BundleFiles.Lpips));
        using OrtValue first = OrtValue.CreateTensorValueFromMemory(Part(a), [1, 3, side, side]),
            second = OrtValue.CreateTensorValueFromMemory(Part(b), [1, 3, side, side]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, ["image0", "image1"], [first, second], ["distance"]);
        float expected = results[0].GetTensorDataAsSpan<float>()[0];
        Assert.That(expected, Is.GreaterThan(0));
        Assert.That(made, Is.EqualTo(expected).Within(1e-5 * expected));
        Assert.That(distance.Between(a, a, Width, (left, top, side, side)), Is.Zero);

        // What is outside does not count; a small rectangle gets surroundings, which do.
        b[0] ^= 255;
        Assert.That(distance.Between(a, b, Width, (left, top, side, side)), Is.EqualTo(made));
        Assert.That(distance.Between(a, b, Width, (0, 0, 3, 3)), Is.GreaterThan(0));
    }

    [Test]
    public void Between_SmallOrLargePictures_AreLeftOutOrShrunk()
    {
        using PerceptualDistance distance = PerceptualDistance.Of(s_bundle)!;
        Assert.That(distance.Between(Noise(1, 63, 80), Noise(2, 63, 80), 63, (0, 0, 10, 10)), Is.Null);
        // Twice as large, every pixel four times: its halves are the picture itself. 600 are more than is looked at.
        byte[] a = Noise(1, 300, 64), b = Noise(2, 300, 64);
        byte[] Double(byte[] rgb) => [.. from y in Enumerable.Range(0, 128) from x in Enumerable.Range(0, 600)
            from c in Enumerable.Range(0, 3) select rgb[3 * (y / 2 * 300 + x / 2) + c]];
        double? once = distance.Between(a, b, 300, (0, 0, 300, 64));
        Assert.That(distance.Between(Double(a), Double(b), 600, (0, 0, 600, 128)), Is.EqualTo(once!.Value).Within(1e-6));
    }
}
