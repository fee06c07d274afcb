using Alignment.Transforms.Diffusion.Compositing;

namespace Alignment.Tests.Transforms.Diffusion.Compositing;

public sealed class CompositorTests
{
    const int Width = 96, Height = 64;

    /// <summary>Pixels of the source: every byte value occurs, so that a lost bit anywhere shows.</summary>
    static byte[] Source() => [.. Enumerable.Range(0, 3 * Width * Height).Select(i => (byte)(i * 131 >> 2))];

    static float[] Disc(int cx, int cy, double radius) =>
        [.. from y in Enumerable.Range(0, Height) from x in Enumerable.Range(0, Width)
        select Math.Sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy)) <= radius ? 1f : 0f];

    static float[] Flat(int width, int height, float value) => [.. Enumerable.Repeat(value, 3 * width * height)];

    [TestCase(0f, 4f)]
    [TestCase(0f, 0f)]
    [TestCase(24f, 32f)] // 3 and 4 pixels at this size
    public void Composite_OutsideTheRegion_IsTheSourceBitForBit(float dilation, float feather)
    {
        float[] mask = Disc(40, 30, 15);
        EditRegion region = EditRegion.FromMask(mask, Width, Height, new() { Dilation = dilation, Feather = feather });
        byte[] source = Source(), result = Compositor.Composite(source, Flat(32, 32, 0.6f), 32, 32, region);

        int changed = 0;
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
            {
                double grown = 15 + dilation * Height / 512;
                bool outside = (x - 40) * (x - 40) + (y - 30) * (y - 30) > (grown + 1) * (grown + 1);
                if (dilation == 0) Assert.That(region[x, y] > 0, Is.EqualTo(mask[y * Width + x] > 0));
                if (outside) Assert.That(region[x, y], Is.Zero);
                for (int c = 0; c < 3; c++)
                {
                    int i = 3 * (y * Width + x) + c;
                    if (region[x, y] == 0) Assert.That(result[i], Is.EqualTo(source[i]));
                    if (region[x, y] == 1) Assert.That(result[i], Is.EqualTo(153)); // 0.6 · 255
                    if (result[i] != source[i]) changed++;
                }
            }
        Assert.That(changed, Is.GreaterThan(1500));
    }

    [Test]
    public void Region_FromItsBorderInwards_RisesWithTheDistance()
    {
        EditRegion region = EditRegion.FromMask(Disc(40, 30, 15), Width, Height, new() { Feather = 32 }); // 4 pixels here
        float[] ray = [.. Enumerable.Range(40, 18).Select(x => region[x, 30])];
        Assert.That(ray, Is.Ordered.Descending);
        Assert.That(ray[..11], Is.All.EqualTo(1f));                          // 5 and more pixels from the outside
        Assert.That(ray[11..16], Is.All.GreaterThan(0f).And.All.LessThan(1f));
        Assert.That(ray[15], Is.EqualTo(0.2f).Within(1e-6f));                // the last pixel inside: 1 of 5
        Assert.That(ray[16..], Is.All.Zero);
    }

    [Test]
    public void Region_ThinnerThanItsFeather_IsStillEditedInFullAtItsCore()
    {
        EditRegion region = EditRegion.FromMask(Disc(40, 30, 2), Width, Height, new() { Feather = 160 });
        Assert.That(region[40, 30], Is.EqualTo(1f));
    }

    [Test]
    public void Region_WholePicture_HasFullWeightToTheEdge()
    {
        EditRegion region = EditRegion.FromMask(Disc(0, 0, 1000), Width, Height);
        Assert.That((region[0, 0], region[Width - 1, Height - 1]), Is.EqualTo((1f, 1f)));
    }

    [Test]
    public void Composite_EmptyMask_IsTheSource()
    {
        EditRegion region = EditRegion.FromMask(new float[Width * Height], Width, Height, new() { Dilation = 9 });
        Assert.That(region.IsEmpty, Is.True);
        Assert.That(Compositor.Composite(Source(), Flat(8, 8, 1), 8, 8, region), Is.EqualTo(Source()));
    }

    [Test]
    public void Composite_TheSourceItselfAsEdit_IsTheSource()
    {
        byte[] source = Source();
        var planes = new float[source.Length];
        for (int i = 0; i < Width * Height; i++)
            for (int c = 0; c < 3; c++) planes[c * Width * Height + i] = source[3 * i + c] / 255f;
        EditRegion region = EditRegion.FromMask(Disc(40, 30, 25), Width, Height);
        Assert.That(Compositor.Composite(source, planes, Width, Height, region), Is.EqualTo(source));
    }

    [TestCase(24, 48)]
    [TestCase(192, 128)]
    [TestCase(7, 5)]
    public void Composite_EditOfAnotherSize_KeepsItsPlace(int width, int height)
    {
        // A ramp from left to right must stay one: resampling a linear picture gives the same line away from the edges.
        float[] ramp = new float[3 * width * height];
        for (int i = 0; i < ramp.Length; i++) ramp[i] = (i % width + 0.5f) / width;
        EditRegion region = EditRegion.FromMask(Disc(48, 32, 12), Width, Height, new() { Feather = 0 });
        byte[] result = Compositor.Composite(new byte[3 * Width * Height], ramp, width, height, region);
        for (int x = 38; x <= 58; x++) Assert.That((double)result[3 * (32 * Width + x)], Is.EqualTo((x + 0.5) / Width * 255).Within(1.0),
            $"column {x}");
    }

    [Test]
    public void Composite_ValuesThatAreNoNumbers_GiveNoException()
    {
        EditRegion region = EditRegion.FromMask(Disc(40, 30, 15), Width, Height);
        Assert.That(() => Compositor.Composite(Source(), Flat(8, 8, float.NaN), 8, 8, region), Throws.Nothing);
    }

    [TestCase(-1f, 0f)]
    [TestCase(0f, float.NaN)]
    public void Region_BadOption_IsRefused(float dilation, float feather) =>
        Assert.That(() => EditRegion.FromMask(new float[4], 2, 2, new() { Dilation = dilation, Feather = feather }),
        Throws.TypeOf<UsageException>());

    [Test]
    public void DistanceTransform_RandomTargets_AgreesWithSearch()
    {
        const int w = 13, h = 9;
        var random = new Random(5);
        for (int round = 0; round < 50; round++)
        {
            bool[] target = [.. Enumerable.Range(0, w * h).Select(_ => random.NextDouble() < 0.07)];
            float[] squared = DistanceTransform.Squared(target, w, h);
            for (int i = 0; i < w * h; i++)
            {
                double nearest = Enumerable.Range(0, w * h).Where(j => target[j])
                    .Select(j => Math.Pow(i % w - j % w, 2) + Math.Pow(i / w - j / w, 2)).DefaultIfEmpty(double.PositiveInfinity).Min();
                Assert.That((double)squared[i], Is.EqualTo(nearest));
            }
        }
    }
}
