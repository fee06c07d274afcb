using Alignment.Transforms.Images;

namespace Alignment.Tests.Transforms.Images;

public sealed class PictureResampleTests
{
    static readonly string[] s_kernels = Enum.GetNames<ResampleKernel>();

    static float[] Resize(string kernel, float[] from, int width, int height, int toWidth, int toHeight)
    {
        float[] to = new float[toWidth * toHeight];
        new PictureResample(Enum.Parse<ResampleKernel>(kernel), width, height, toWidth, toHeight).Plane(from, to);
        return to;
    }

    [TestCaseSource(nameof(s_kernels))]
    public void Plane_ConstantOrSameSize_StaysAsItWas(string kernel)
    {
        float[] picture = [.. Enumerable.Range(0, 35).Select(i => i * i % 13f)];
        Assert.That(Resize(kernel, picture, 7, 5, 7, 5), Is.EqualTo(picture).Within(1e-5f));
        Assert.That(Resize(kernel, [.. Enumerable.Repeat(3f, 35)], 7, 5, 19, 3), Is.All.EqualTo(3f).Within(1e-5f));
    }

    // Halving by the mean of two; doubling between centres at ¼ and ¾; to a third by a triangle that reaches three pixels to either side (1
    // of 2⅔).
    [TestCase(nameof(ResampleKernel.Box), new float[] { 1, 3, 10, 20 }, new float[] { 2, 15 })]
    [TestCase(nameof(ResampleKernel.Nearest), new float[] { 1, 3, 10, 20 }, new float[] { 3, 20 })]
    [TestCase(nameof(ResampleKernel.Bilinear), new float[] { 0, 4 }, new float[] { 0, 1, 3, 4 })]
    [TestCase(nameof(ResampleKernel.Bilinear), new float[] { 0, 9, 0, 0, 0, 0, 0, 0, 0 }, new float[] { 3.375f, 0, 0 })]
    public void Plane_OneLine_GivesTheFiguresByHand(string kernel, float[] line, float[] expected) =>
        Assert.That(Resize(kernel, line, line.Length, 1, expected.Length, 1), Is.EqualTo(expected).Within(1e-5f));

    [Test]
    public void Rgb_InterleavedBytes_AreThreePlanesOfTheSame()
    {
        byte[] rgb = [.. Enumerable.Range(0, 3 * 12 * 9).Select(i => (byte)(i * 37))];
        var resample = new PictureResample(ResampleKernel.Bilinear, 12, 9, 5, 7);
        float[] made = new float[3 * 35], plane = new float[35];
        resample.Rgb(rgb, made);
        for (int c = 0; c < 3; c++)
        {
            resample.Plane([.. Enumerable.Range(0, 108).Select(i => (float)rgb[3 * i + c])], plane);
            Assert.That(made[(c * 35)..((c + 1) * 35)], Is.EqualTo(plane));
        }
    }
}
