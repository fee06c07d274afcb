using Alignment.Transforms.Images;

namespace Alignment.Tests.Transforms.Images;

/// <summary>Resizing by its properties; parity with OpenCV is in <see cref="PictureFileParityTests"/>.</summary>
public sealed class PictureResizeTests
{
    [Test]
    public void Planes_ToTheSameSize_AreTheSameBits()
    {
        float[] from = Noise(2 * 5 * 7), to = new float[from.Length];
        PictureResize.Planes(from, 2, 5, 7, to, 5, 7);
        Assert.That(to, Is.EqualTo(from));
    }

    [TestCase(64, 48, 17, 13)]
    [TestCase(64, 48, 63, 47)]
    [TestCase(100, 3, 1, 1)]
    public void Area_WhenShrinking_KeepsTheMean(int width, int height, int toWidth, int toHeight)
    {
        float[] from = Noise(width * height), to = new float[toWidth * toHeight];
        PictureResize.Planes(from, 1, height, width, to, toHeight, toWidth);
        Assert.That(to.Average(), Is.EqualTo(from.Average()).Within(1e-5));
    }

    [TestCase(ResizeFilter.AreaOrBilinear)]
    [TestCase(ResizeFilter.Bilinear)]
    public void AnyFilter_OfAConstant_IsTheConstant(ResizeFilter filter)
    {
        float[] from = new float[31 * 17], to = new float[13 * 40];
        from.AsSpan().Fill(0.7f);
        PictureResize.Planes(from, 1, 17, 31, to, 40, 13, filter);
        Assert.That(to, Is.All.EqualTo(0.7f).Within(1e-6));
    }

    [Test]
    public void Area_ByWholeFactor_IsTheBlockMean()
    {
        float[] to = new float[2];
        PictureResize.Planes([1, 3, 10, 20, 5, 7, 30, 40], 1, 2, 4, to, 1, 2);
        Assert.That(to, Is.EqualTo(new[] { 4f, 25f }));
    }

    [Test]
    public void Area_ByOneAndAHalf_WeighsTheSharedPixelByHalves()
    {
        float[] to = new float[2];
        PictureResize.Planes([3, 6, 9], 1, 1, 3, to, 1, 2);
        Assert.That(to, Is.EqualTo(new[] { (3f + 3f) / 1.5f, (3f + 9f) / 1.5f }).Within(1e-6));
    }

    [Test]
    public void Bilinear_Doubling_SitsAtQuarters()
    {
        float[] to = new float[4];
        PictureResize.Planes([0, 4], 1, 1, 2, to, 1, 4);
        Assert.That(to, Is.EqualTo(new[] { 0f, 1f, 3f, 4f }));
    }

    [Test]
    public void AreaOrBilinear_DecidesForEachAxis()
    {
        // 4 wide shrinks to 2 (means), 1 high grows to 3 (repeated).
        float[] to = new float[6];
        PictureResize.Planes([1, 3, 5, 9], 1, 1, 4, to, 3, 2);
        Assert.That(to, Is.EqualTo(new[] { 2f, 7f, 2f, 7f, 2f, 7f }));
    }

    static float[] Noise(int n)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, n).Select(_ => random.NextSingle())];
    }
}
