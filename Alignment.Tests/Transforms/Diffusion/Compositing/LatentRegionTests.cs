using Alignment.Transforms.Diffusion.Compositing;

namespace Alignment.Tests.Transforms.Diffusion.Compositing;

public sealed class LatentRegionTests
{
    /// <summary>One product pixel at (5, 9) of 16x16, latents of 4x4 pixels. A dilation of 64 at a shorter side of 512 is 2 pixels here;
    /// the circle reaches (3, 9) and (5, 7).</summary>
    [TestCase(0, "(1,2)")]
    [TestCase(64, "(1,1) (0,2) (1,2)")]
    [TestCase(10_000, "(0,0) (1,0) (2,0) (3,0) (0,1) (1,1) (2,1) (3,1) (0,2) (1,2) (2,2) (3,2) (0,3) (1,3) (2,3) (3,3)")]
    public void Weights_OnePixel_EditsTheLatentsThatItsMarginTouches(float dilation, string expected)
    {
        float[] mask = new float[16 * 16];
        mask[9 * 16 + 5] = 1;
        float[] weights = LatentRegion.Weights(mask, 16, 16, 4, 4, new() { Dilation = dilation, Feather = 50 });
        Assert.That(weights, Is.All.EqualTo(0f).Or.EqualTo(1f));
        Assert.That(string.Join(' ', Enumerable.Range(0, 16).Where(i => weights[i] == 1)
            .Select(i => FormattableString.Invariant($"({i % 4},{i / 4})"))), Is.EqualTo(expected));
    }

    [Test]
    public void Weights_EmptyMask_EditNothing() => Assert.That(LatentRegion.Weights(new float[64], 8, 8, 2, 2, new()), Is.All.Zero);
}
