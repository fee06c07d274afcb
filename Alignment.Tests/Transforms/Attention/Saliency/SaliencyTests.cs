using Alignment.Transforms.Attention.Saliency;

namespace Alignment.Tests.Transforms.Attention.Saliency;

public sealed class SaliencyTests
{
    static IEnumerable<ISaliencyPredictor> All => SaliencyPredictors.Names.Select(n => SaliencyPredictors.Parse(n));

    [Test]
    public void Predict_PictureOfOneColour_IsZero([Values(0, 1, 37, 128, 255)] int level)
    {
        foreach (ISaliencyPredictor saliency in All)
            foreach (var (width, height) in new[] { (1, 1), (2, 3), (64, 64), (97, 61) })
            {
                byte[] rgb = [.. Enumerable.Repeat((byte)level, 3 * width * height)];
                Assert.That(Map(saliency, rgb, width, height), Has.All.Zero, $"{saliency.Name} {width}x{height}");
            }
    }

    [Test]
    public void Predict_DrawnPatternsOfAnySize_IsInRange()
    {
        // Stripes, a single pixel and halves: spectra with many exact zeros.
        foreach (ISaliencyPredictor saliency in All)
            foreach (var (width, height) in new[] { (1, 2), (7, 5), (64, 64), (128, 96), (300, 40) })
                foreach (Func<int, int, bool> pattern in new Func<int, int, bool>[] { (x, _) => x % 2 == 0, (_, y) => y % 4 < 2,
                    (x, y) => x == 0 && y == 0, (x, _) => x < width / 2, (x, y) => (x + y) % 2 == 0 })
                {
                    float[] map = Map(saliency, Draw(width, height, (x, y) => pattern(x, y) ? (byte)255 : (byte)0), width, height);
                    Assert.That(map, Has.All.InRange(0f, 1f), $"{saliency.Name} {width}x{height}");
                }
    }

    [Test]
    public void Predict_AnOddSpotOnAQuietGround_LooksThere()
    {
        byte[] rgb = Draw(128, 96, (x, y) => x is >= 84 and < 96 && y is >= 24 and < 36 ? (byte)230 : (byte)(90 + (x * 7 + y * 13) % 5));
        foreach (ISaliencyPredictor saliency in All)
        {
            float[] map = Map(saliency, rgb, 128, 96);
            int peak = Array.IndexOf(map, map.Max());
            Assert.That((peak % 128, peak / 128), Is.EqualTo((90, 30))
                .Using<(int X, int Y)>((a, b) => Math.Abs(a.X - b.X) <= 12 && Math.Abs(a.Y - b.Y) <= 12),
                $"{saliency.Name}; its dark halo may be as odd as the spot");
        }
    }

    [Test]
    public void Predict_SamePictureAfterOthers_IsTheSameBits()
    {
        byte[] rgb = Draw(96, 96, (x, y) => (byte)(x * x + 3 * y)), other = Draw(128, 64, (x, y) => (byte)(x ^ y));
        foreach (ISaliencyPredictor saliency in All)
        {
            float[] first = Map(saliency, rgb, 96, 96);
            Map(saliency, other, 128, 64);
            Assert.That(Map(saliency, rgb, 96, 96), Is.EqualTo(first), saliency.Name);
        }
    }

    [TestCase(1, 63)]
    [TestCase(3, 5)]
    public void Fourier_OfAWave_IsItsFrequencyAndComesBack(int u, int v)
    {
        double[] re = new double[4096], im = new double[4096];
        for (int i = 0; i < 4096; i++) (re[i], im[i]) = (Math.Cos(2 * Math.PI * (u * (i % 64) + v * (i / 64)) / 64),
            Math.Sin(2 * Math.PI * (u * (i % 64) + v * (i / 64)) / 64));
        double[] before = [.. re];
        Fourier64.Transform(re, im, inverse: false);
        int at = u * 64 + v;   // transposed
        for (int i = 0; i < 4096; i++)
        {
            Assert.That(re[i], Is.EqualTo(i == at ? 4096 : 0).Within(1e-9));
            Assert.That(im[i], Is.Zero.Within(1e-9));
        }
        Fourier64.Transform(re, im, inverse: true);
        Assert.That(re.Select(r => r / 4096), Is.EqualTo(before).Within(1e-12));
    }

    [Test]
    public void Kernel_OfTwelvePixels_HasOpenCvs97Taps()
    {
        float[] kernel = SmoothedSaliency.Kernel(12);
        Assert.That(kernel, Has.Length.EqualTo(97));
        Assert.That(kernel.Sum(), Is.EqualTo(1).Within(1e-6));
        Assert.That(kernel[48] / kernel[60], Is.EqualTo(Math.Exp(0.5)).Within(1e-5), "one sigma from the centre");
    }

    [TestCase(-5, 4, 1)]
    [TestCase(-1, 4, 1)]
    [TestCase(4, 4, 2)]
    [TestCase(7, 4, 1)]
    [TestCase(3, 1, 0)]
    public void Reflected_BeyondTheEdge_MirrorsWithoutRepeatingIt(int i, int n, int expected) =>
        Assert.That(Reflected.At(i, n), Is.EqualTo(expected));

    [Test]
    public void Parse_UnknownName_ListsTheNames() =>
        Assert.That(Assert.Throws<UsageException>(() => SaliencyPredictors.Parse("gbvs"))!.Message, Does.Contain("fine_grained.smoothed"));

    [TestCase(0f)]
    [TestCase(float.NaN)]
    [TestCase(1.5f)]
    public void Smoothing_OutOfRange_IsAUsageError(float sigma) =>
        Assert.Throws<UsageException>(() => SaliencyPredictors.Parse("fine_grained.smoothed", new() { SigmaHeights = sigma }));

    static float[] Map(ISaliencyPredictor saliency, byte[] rgb, int width, int height)
    {
        float[] map = [.. Enumerable.Repeat(float.NaN, width * height)];
        saliency.Predict(rgb, width, height, map);
        return map;
    }

    static byte[] Draw(int width, int height, Func<int, int, byte> grey) =>
        [.. Enumerable.Range(0, width * height).SelectMany(i => Enumerable.Repeat(grey(i % width, i / width), 3))];
}
