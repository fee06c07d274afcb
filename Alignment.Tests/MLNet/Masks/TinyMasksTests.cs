using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Masks;

namespace Alignment.Tests.MLNet.Masks;

/// <summary>The bundled model's keyword masks on drawings that no training has seen; docs/masks.md has the whole table.</summary>
public sealed class TinyMasksTests
{
    const int Scenes = 100;

    [Test]
    public void HeldOutScenes_NamedProductIsFoundAndAbsentOnesAreNot()
    {
        using var masker = new KeywordMasker(ClipSegPart.Open(ModelBundle.Open(BundledModels.Tiny)), new());
        var stills = new DrawnStills(new() { Use = StillUse.HeldOut });
        double iou = 0, absent = 0, never = 0;
        for (int i = 0; i < Scenes; i++)
        {
            DrawnStill still = stills.Still(i);
            byte[] rgb = new byte[3 * still.Width * still.Height], truth = still.Mask();
            still.Render(0.3f + 0.7f * (i % 8) / 7, rgb);
            string other = DrawnStills.Keywords[((int)still.Product + 1 + i % 9) % DrawnStills.Keywords.Count];
            // As users write it: upper case, an article, a colour.
            string named = (i % 4) switch
            {
                0 => still.Keyword,
                1 => still.Keyword.ToUpperInvariant(),
                2 => $"a {still.Keyword}",
                _ => $"{still.Colour} {still.Keyword}"
            };
            IReadOnlyList<KeywordMask> made = masker.Make(new(still.Width, still.Height, rgb), [named, other, "car"]);
            int both = 0, any = 0;
            for (int k = 0; k < truth.Length; k++)
            {
                if (made[0].Mask[k] > 0 && truth[k] > 0) both++;
                if (made[0].Mask[k] > 0 || truth[k] > 0) any++;
            }
            iou += (double)both / any / Scenes;
            absent += made[1].Mask.Average() / Scenes;
            never += made[2].Mask.Average() / Scenes;
        }
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"IoU {iou:0.000}; area of an absent product {absent:0.0000}, of what is never drawn {never:0.0000}"));
        Assert.Multiple(() =>
        {
            Assert.That(iou, Is.GreaterThanOrEqualTo(0.7), "IoU");
            Assert.That(absent, Is.LessThan(0.02), "area of an absent product");
            Assert.That(never, Is.LessThan(0.005), "area of what is never drawn");
        });
    }
}
