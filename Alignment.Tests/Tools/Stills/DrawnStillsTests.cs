using System.Security.Cryptography;
using Alignment.Tests.Tools.Benchmarks;
using Alignment.Tests.Tools.TinyModel;
using Alignment.Transforms.Attention.Saliency;

namespace Alignment.Tests.Tools.Stills;

public sealed class DrawnStillsTests
{
    static readonly DrawnStillsOptions s_small = new() { Seed = 5, Width = 96, Height = 64 };

    [Test]
    public void Render_SameSeedAndIndex_GivesTheSameBytesAndOthersDiffer()
    {
        string Sum(DrawnStillsOptions options, long index) =>
            Convert.ToHexString(SHA256.HashData(Picture(new DrawnStills(options).Still(index), 0.5f)));
        string first = Sum(s_small, 7);
        var inOrder = new DrawnStills(s_small);
        for (int i = 0; i < 7; i++) inOrder.Still(i);
        Assert.That(Convert.ToHexString(SHA256.HashData(Picture(inOrder.Still(7), 0.5f))), Is.EqualTo(first));
        Assert.That(Sum(s_small, 8), Is.Not.EqualTo(first));
        Assert.That(Sum(s_small with { Seed = 6 }, 7), Is.Not.EqualTo(first));
        Assert.That(Sum(s_small with { Use = StillUse.HeldOut }, 7), Is.Not.EqualTo(first));
    }

    [Test]
    public void Streams_TrainingAndHeldOut_ShareNoPicture()
    {
        HashSet<string> Pictures(StillUse use) => [.. Enumerable.Range(0, 50)
            .Select(i => Convert.ToHexString(SHA256.HashData(Picture(new DrawnStills(s_small with { Use = use }).Still(i), 1))))];
        HashSet<string> training = Pictures(StillUse.Training);
        Assert.That(training, Has.Count.EqualTo(50));
        Assert.That(training.Overlaps(Pictures(StillUse.HeldOut)), Is.False);
    }

    [Test]
    public void Render_AnyPresence_ChangesPixelsOfTheMaskOnly()
    {
        var stills = new DrawnStills(s_small);
        for (int i = 0; i < 40; i++)
        {
            DrawnStill still = stills.Still(i);
            byte[] mask = still.Mask(), faint = Picture(still, 0);
            foreach (float p in new[] { 0.3f, 1f })
            {
                byte[] other = Picture(still, p);
                Assert.That(Enumerable.Range(0, mask.Length).Where(k => mask[k] == 0)
                    .All(k => faint.AsSpan(3 * k, 3).SequenceEqual(other.AsSpan(3 * k, 3))), $"still {i} outside the mask");
                int changed = Enumerable.Range(0, mask.Length)
                    .Count(k => mask[k] > 0 && !faint.AsSpan(3 * k, 3).SequenceEqual(other.AsSpan(3 * k, 3)));
                Assert.That(changed, Is.GreaterThan(0.6 * mask.Count(m => m > 0)), $"still {i} inside it");
            }
        }
    }

    [TestCase(64, 64)]
    [TestCase(128, 128)]
    [TestCase(160, 90)]
    [TestCase(64, 128)]
    public void Mask_ManyStills_CoversFourToThirtyPercentInsideTheFrame(int width, int height)
    {
        var stills = new DrawnStills(new() { Seed = 1, Width = width, Height = height });
        for (int i = 0; i < 100; i++)
        {
            DrawnStill still = stills.Still(i);
            byte[] mask = still.Mask();
            Assert.That(still.Coverage, Is.EqualTo(mask.Count(m => m == 255) / (double)mask.Length).And.InRange(0.04, 0.31),
                $"still {i}: {still.Prompt}");
            Assert.That(mask.All(m => m is 0 or 255));
            Assert.That(Enumerable.Range(0, mask.Length).Any(k => mask[k] > 0
                && (k % width == 0 || k % width == width - 1 || k < width || k >= width * (height - 1))), Is.False,
                $"still {i} touches the edge");
        }
    }

    [Test]
    public void Stills_AFewHundred_HaveEveryProductColourAndPromptForm()
    {
        var stills = new DrawnStills(s_small with { Width = 32, Height = 32 });
        DrawnStill[] all = [.. Enumerable.Range(0, 300).Select(i => stills.Still(i))];
        Assert.That(all.Select(s => s.Keyword).Distinct(), Is.EquivalentTo(DrawnStills.Keywords));
        Assert.That(all.Select(s => s.Colour).Distinct(), Is.EquivalentTo(DrawnStills.Colours));
        Assert.That(all.Count(s => s.Prompt == s.Keyword) / 300.0, Is.EqualTo(0.25).Within(0.08));
        Assert.That(all.Count(s => s.Prompt == $"a photo of {s.Keyword}") / 300.0, Is.EqualTo(0.25).Within(0.08));
        Assert.That(all.Count(s => s.Prompt is var p && (p == $"a photo of a {s.Colour} {s.Keyword}"
            || p == $"a photo of an {s.Colour} {s.Keyword}")) / 300.0, Is.EqualTo(0.5).Within(0.08));
    }

    [Test]
    public void Prompts_EveryWord_IsOneTokenOfTheTinyModel() =>
        Assert.That(DrawnStills.Keywords.Concat(DrawnStills.Colours).Concat(["a", "an", "photo", "of"]), Is.SubsetOf(TinyWords.All));

    [TestCase("spectral_residual")]
    [TestCase("spectral_residual.smoothed")]
    [TestCase("fine_grained")]
    [TestCase("fine_grained.smoothed")]
    public void Presence_Rising_DrawsMoreOfThePredictedAttention(string predictor)
    {
        double[] shares = PresenceTable.MeanShares(SaliencyPredictors.Parse(predictor), 96, 40, StillUse.Training);
        for (int i = 1; i < shares.Length; i++) Assert.That(shares[i], Is.GreaterThan(shares[i - 1]), $"p = {PresenceTable.Levels[i]}");
        Assert.That(shares[^1] / shares[0], Is.GreaterThan(1.5));
    }

    [Test]
    public void Fill_OfAStill_IsThePictureInTheModelsRange()
    {
        DrawnStill still = new DrawnStills(s_small).Still(3);
        int n = still.Width * still.Height;
        float[] image = new float[3 * n], mask = new float[n], attention = new float[n], map = new float[n];
        byte[] rgb = new byte[3 * n];
        ISaliencyPredictor saliency = SaliencyPredictors.Parse("spectral_residual.smoothed");
        still.Fill(0.7f, saliency, image, mask, attention, rgb);
        Assert.That(rgb, Is.EqualTo(Picture(still, 0.7f)));
        Assert.That(Enumerable.Range(0, 3 * n).Select(i => (byte)MathF.Round((image[i % 3 * n + i / 3] + 1) * 127.5f)), Is.EqualTo(rgb));
        Assert.That(mask.Select(m => (byte)(255 * m)), Is.EqualTo(still.Mask()));
        saliency.Predict(rgb, still.Width, still.Height, map);
        Assert.That(attention, Is.EqualTo(map));
    }

    [TestCase(-0.1f)]
    [TestCase(1.1f)]
    [TestCase(float.NaN)]
    public void Render_PresenceOutOfRange_Throws(float p) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Picture(new DrawnStills(s_small).Still(0), p));

    [TestCase(8, 64)]
    [TestCase(1024, 64)]
    public void Options_SizeOutOfRange_IsAUsageError(int width, int height) =>
        Assert.Throws<UsageException>(() => new DrawnStills(new() { Width = width, Height = height }));

    static byte[] Picture(DrawnStill still, float p)
    {
        byte[] rgb = new byte[3 * still.Width * still.Height];
        still.Render(p, rgb);
        return rgb;
    }
}
