using Alignment.Transforms.Images.Quality;

namespace Alignment.Tests.Transforms.Images.Quality;

public sealed class PictureQualityTests
{
    static byte[] Grey(int pixels, Func<int, int> value) =>
        [.. Enumerable.Range(0, pixels).SelectMany(i => Enumerable.Repeat((byte)value(i), 3))];

    [TestCase(1, 48.1308)]
    [TestCase(16, 24.0484)]
    [TestCase(255, 0)]
    public void Psnr_ConstantDifference_IsTwentyLgOfThePeakOverIt(int difference, double decibels)
    {
        PixelChange change = PixelChange.Of(Grey(12, _ => 0), Grey(12, _ => difference), [.. Enumerable.Repeat((byte)255, 12)]);
        Assert.That(change.PsnrDb, Is.EqualTo(decibels).Within(5e-5));
        Assert.That((change.Red, change.Green, change.Blue), Is.EqualTo(((double)difference, (double)difference, (double)difference)));
    }

    [Test]
    public void PixelChange_InsideAndOutside_AreKeptApart()
    {
        byte[] before = [10, 20, 30, 40, 50, 60, 70, 80, 90], after = [13, 20, 28, 40, 50, 60, 70, 75, 90];
        PixelChange change = PixelChange.Of(before, after, [1, 0, 0]);
        Assert.That(change.Pixels, Is.EqualTo(1));
        Assert.That(change.MeanSquared, Is.EqualTo((9 + 0 + 4) / 3.0));
        Assert.That((change.Red, change.Green, change.Blue), Is.EqualTo((3.0, 0.0, -2.0)));
        Assert.That(change.LargestOutside, Is.EqualTo(5));
    }

    [Test]
    public void PixelChange_EqualPixels_HaveNoFiniteRatio() =>
        Assert.That(PixelChange.Of(Grey(4, i => i), Grey(4, i => i), [1, 1, 1, 1]).PsnrDb, Is.Null);

    [Test]
    public void Ssim_EqualPictures_IsOne() =>
        Assert.That(StructuralSimilarity.Mean(Grey(400, i => i * 7 % 256), Grey(400, i => i * 7 % 256), 20, (0, 0, 20, 20)),
        Is.EqualTo(1).Within(1e-12));

    // Without contrast only the luminance term is left: (2ab + C₁) / (a² + b² + C₁), C₁ = 6.5025.
    [Test]
    public void Ssim_TwoConstantPictures_IsTheLuminanceTerm() =>
        Assert.That(StructuralSimilarity.Mean(Grey(400, _ => 100), Grey(400, _ => 50), 20, (0, 0, 20, 20)),
        Is.EqualTo((2 * 100 * 50 + 6.5025) / (100 * 100 + 50 * 50 + 6.5025)).Within(1e-9));

    [TestCase(0, 0, 23, 17)]
    [TestCase(4, 3, 15, 12)]
    public void Ssim_AnyPictures_IsThePapersFormulaWindowByWindow(int left, int top, int width, int height)
    {
        const int W = 23, H = 17;
        byte[] a = Grey(W * H, i => (i * 37 + i / W * 11) % 256),
            b = Grey(W * H, i => ((i * 37 + i / W * 11) % 256 * 3 / 4 + i * 13 % 40) % 256);
        double sum = 0;
        int windows = 0;
        for (int y = top; y + 11 <= top + height; y++)
            for (int x = left; x + 11 <= left + width; x++, windows++)
                sum += OfWindow(a, b, W, x, y);
        Assert.That(StructuralSimilarity.Mean(a, b, W, (left, top, width, height)), Is.EqualTo(sum / windows).Within(1e-9));
    }

    /// <summary>Eqs. 13 to 16 with the full two-dimensional window.</summary>
    static double OfWindow(byte[] a, byte[] b, int width, int left, int top)
    {
        double total = 0, ma = 0, mb = 0, va = 0, vb = 0, ab = 0;
        double Weight(int x, int y) => Math.Exp(-((x - 5) * (x - 5) + (y - 5) * (y - 5)) / (2 * 1.5 * 1.5));
        void Each(Action<double, double, double> take)
        {
            for (int y = 0; y < 11; y++)
                for (int x = 0; x < 11; x++)
                    take(Weight(x, y), a[3 * ((top + y) * width + left + x)], b[3 * ((top + y) * width + left + x)]);
        }
        Each((w, _, _) => total += w);
        Each((w, p, q) => (ma, mb) = (ma + w / total * p, mb + w / total * q));
        Each((w, p, q) => (va, vb, ab) = (va + w / total * (p - ma) * (p - ma), vb + w / total * (q - mb) * (q - mb),
            ab + w / total * (p - ma) * (q - mb)));
        return (2 * ma * mb + 6.5025) * (2 * ab + 58.5225) / ((ma * ma + mb * mb + 6.5025) * (va + vb + 58.5225));
    }

    [Test]
    public void Ssim_RectangleSmallerThanTheWindow_IsGrownAndPictureSmallerHasNone()
    {
        byte[] a = Grey(400, i => i * 31 % 256), b = Grey(400, i => i * 29 % 256);
        Assert.That(StructuralSimilarity.Mean(a, b, 20, (19, 19, 1, 1)), Is.EqualTo(StructuralSimilarity.Mean(a, b, 20, (9, 9, 11, 11))));
        Assert.That(StructuralSimilarity.Mean(Grey(100, _ => 1), Grey(100, _ => 1), 10, (0, 0, 10, 10)), Is.Null);
    }
}
