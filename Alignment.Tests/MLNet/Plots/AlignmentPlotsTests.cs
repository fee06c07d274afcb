using System.Xml.Linq;
using Alignment.MLNet.Plots;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Plots;

public sealed class AlignmentPlotsTests
{
    static readonly string[] s_variants = ["baseline", "early_boost", "middle_boost", "late_boost", "full_boost", "reduction", "placebo"];

    static List<ScenePoint> Points(int videos = 2, int scenes = 7) =>
        [.. from v in Enumerable.Range(0, s_variants.Length) from video in Enumerable.Range(0, videos) from s in Enumerable.Range(0, scenes)
            select new ScenePoint(s_variants[v], s, 0.05 + 0.01 * v + 0.02 * Math.Sin(s + video))];

    [Test]
    public void Write_SevenVariants_MakesBothPlotsAsSvgAndPng()
    {
        using var temp = new TempFolder();
        var files = AlignmentPlots.Write(temp.Path, Points());
        Assert.That(files.Select(f => Path.GetFileName(f)), Is.EqualTo(new[] { "alignment_over_scenes.svg", "alignment_over_scenes.png", "alignment_by_variant.svg", "alignment_by_variant.png" }));
        Assert.Multiple(() =>
        {
            foreach (string svg in files.Where(f => f.EndsWith(".svg", StringComparison.Ordinal)))
            {
                string text = string.Concat(XDocument.Load(svg).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value + "\n"));
                foreach (string variant in s_variants) Assert.That(text, Does.Contain(variant), svg);
                Assert.That(text, Does.Not.Contain("0,0"), "a decimal comma");
            }
            foreach (string png in files.Where(f => f.EndsWith(".png", StringComparison.Ordinal)))
            {
                var picture = PictureFile.ReadRgb8(png);
                Assert.That((picture.Width, picture.Height), Is.EqualTo((960, 560)));
                // Vermillion (213, 94, 0) is the sixth variant's colour.
                Assert.That(Enumerable.Range(0, 960 * 560).Count(i => picture.Pixels.AsSpan(i * 3, 3).SequenceEqual(new byte[] { 213, 94, 0 })), Is.GreaterThan(50), png);
            }
        });
    }

    [Test]
    public void Write_Twice_GivesTheSameBytes()
    {
        using var temp = new TempFolder();
        var one = AlignmentPlots.Write(temp["1"], Points());
        var two = AlignmentPlots.Write(temp["2"], Points());
        foreach (var (a, b) in one.Zip(two)) Assert.That(File.ReadAllBytes(b), Is.EqualTo(File.ReadAllBytes(a)), a);
    }

    [TestCase(0.0)]
    [TestCase(-1e-12)]
    [TestCase(1e300)]
    public void Write_OneSceneOfAnyScore_StillDraws(double score)
    {
        using var temp = new TempFolder();
        Assert.That(AlignmentPlots.Write(temp.Path, [new("baseline", 0, score)]), Has.All.Exist);
    }

    [Test]
    public void Write_NothingOrNaN_IsBadData()
    {
        using var temp = new TempFolder();
        Assert.That(() => AlignmentPlots.Write(temp.Path, []), Throws.InstanceOf<BadDataException>());
        Assert.That(() => AlignmentPlots.Write(temp.Path, [new("baseline", 0, double.NaN)]), Throws.InstanceOf<BadDataException>());
    }
}
