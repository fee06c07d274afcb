using System.Xml.Linq;
using Alignment.MLNet.Charts;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Charts;

public sealed class AlignmentPlotsTests
{
    static readonly string[] s_variants = ["baseline", "early_boost", "middle_boost", "late_boost", "full_boost", "reduction", "placebo"];

    static Dictionary<string, VariantStatistics> Statistics(int scenes = 7) =>
        s_variants.Select((name, v) => (name, v)).ToDictionary(x => x.name,
        x => Of([.. Enumerable.Range(0, scenes).Select(s => 0.05 + 0.01 * x.v + 0.02 * Math.Sin(s))], 0.01));

    static VariantStatistics Of(double[] profile, double sd) =>
        new(profile.Length, new(profile.DefaultIfEmpty().Average(), sd, 0, 1), new(0.5, 0.1, 0, 1), profile,
        new Dictionary<string, double>());

    [Test]
    public void Write_SevenVariants_MakesBothPlotsAsSvgAndPng()
    {
        using var temp = new TempFolder();
        var files = AlignmentPlots.Write(temp.Path, Statistics(), 2);
        Assert.That(files.Select(f => Path.GetFileName(f)),
            Is.EqualTo(new[] { "alignment_over_scenes.svg", "alignment_over_scenes.png", "alignment_by_variant.svg",
            "alignment_by_variant.png" }));
        Assert.Multiple(() =>
        {
            foreach (string svg in files.Where(f => f.EndsWith(".svg", StringComparison.Ordinal)))
            {
                string text = string.Concat(XDocument.Load(svg).Descendants().Where(e => e.Name.LocalName == "text")
                    .Select(e => e.Value + "\n"));
                foreach (string variant in s_variants) Assert.That(text, Does.Contain(variant), svg);
                Assert.That(text, Does.Not.Contain("0,0"), "a decimal comma");
            }
            foreach (string png in files.Where(f => f.EndsWith(".png", StringComparison.Ordinal)))
            {
                var picture = PictureFile.ReadRgb8(png);
                Assert.That(picture.Width, Is.EqualTo(960));
                // Vermillion (213, 94, 0) is the sixth variant's colour.
                Assert.That(Enumerable.Range(0, 960 * picture.Height)
                    .Count(i => picture.Pixels.AsSpan(i * 3, 3).SequenceEqual(new byte[] { 213, 94, 0 })), Is.GreaterThan(50), png);
            }
        });
    }

    [Test]
    public void Write_Twice_GivesTheSameBytes()
    {
        using var temp = new TempFolder();
        var one = AlignmentPlots.Write(temp["1"], Statistics(), 2);
        var two = AlignmentPlots.Write(temp["2"], Statistics(), 2);
        foreach (var (a, b) in one.Zip(two)) Assert.That(File.ReadAllBytes(b), Is.EqualTo(File.ReadAllBytes(a)), a);
    }

    [TestCase(0.0)]
    [TestCase(-1e-12)]
    [TestCase(1e300)]
    public void Write_OneSceneOfAnyScore_StillDraws(double score)
    {
        using var temp = new TempFolder();
        Assert.That(AlignmentPlots.Write(temp.Path, One(Of([score], 0)), 1), Has.All.Exist);
    }

    [Test]
    public void Write_NothingOrNaN_IsBadData()
    {
        using var temp = new TempFolder();
        Assert.That(() => AlignmentPlots.Write(temp.Path, One(Of([], 0)), 1), Throws.InstanceOf<BadDataException>());
        Assert.That(() => AlignmentPlots.Write(temp.Path, One(Of([double.NaN], 0)), 1), Throws.InstanceOf<BadDataException>());
    }

    [Test]
    public void OverScenes_OfALongVideo_AveragesNeighbours()
    {
        Figure figure = AlignmentPlots.OverScenes(One(Of([.. Enumerable.Range(0, 4000).Select(i => (double)i)], 0)), 1, "drawn");
        Assert.That(figure.Series[0].Points, Has.Count.EqualTo(1000));
        Assert.That(figure.Series[0].Points[0], Is.EqualTo(new FigurePoint(2.5, 1.5)), "scenes 1 to 4");
        Assert.That(figure.Series[0].Marked, Is.False);
        Assert.That(figure.Up, Does.Contain("(drawn)"));
    }

    static Dictionary<string, VariantStatistics> One(VariantStatistics of) => new() { ["baseline"] = of };
}
