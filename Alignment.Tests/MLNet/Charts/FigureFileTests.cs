using System.Globalization;
using System.Xml.Linq;
using Alignment.MLNet.Charts;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Charts;

public sealed class FigureFileTests
{
    static readonly Figure s_lines = new()
    {
        Title = "Share by step",
        Across = "Step",
        Up = "Share (points)",
        Level = (2, "the target"),
        Series =
        [
            new("measured", 1, [new(0, 1), new(5, 4), new(10, 3)], Joined: true),
            new("each", 2, [new(0, 0), new(10, 4)], Joined: true, Marked: false, Faint: true),
        ],
    };

    static readonly Figure s_rows = new()
    {
        Title = "Dose by variant",
        Up = "Share (points)",
        Across = "95 % intervals",
        Categories = ["one", "two", "placebo"],
        Zone = new(2, 1, "margin"),
        ValueTitle = "points",
        InWords = p => Numbers.Points(p.Y, p.Low, p.High),
        Series = [new("first", 4, [new(0, 3, -1, 7), new(1, -2, -5, 1), new(2, 0)]), new("second", 5, [new(0, 1, 0, 2), new(2, 0.5)])],
    };

    [TestCase(false)]
    [TestCase(true)]
    public void Save_EachMarker_StandsAtTheSamePlaceInSvgAndPng(bool rows)
    {
        Figure figure = rows ? s_rows : s_lines;
        using var temp = new TempFolder();
        string[] files = [.. FigureFile.Save(temp.Path, "f", figure)];
        XElement svg = XDocument.Load(files[0]).Root!;
        RgbPicture png = PictureFile.ReadRgb8(files[1]);
        Assert.That((png.Width, png.Height), Is.EqualTo(((int)svg.Attribute("width")!, (int)svg.Attribute("height")!)));
        XElement[] markers = [.. svg.Elements().Where(e => e.Name.LocalName == "path")];
        int drawn = figure.Series.Where(s => s.Marked).Sum(s => s.Points.Count);
        int named = figure.Series.Count(s => s.Marked);
        Assert.That(markers, Has.Length.EqualTo(drawn + named), "one a point, and one a name in the legend");
        foreach (XElement marker in markers)
        {
            string[] at = ((string)marker.Attribute("transform")!)["translate(".Length..^1].Split(' ');
            int x = (int)double.Parse(at[0], CultureInfo.InvariantCulture), y = (int)double.Parse(at[1], CultureInfo.InvariantCulture);
            string colour = Convert.ToHexStringLower(png.Pixels.AsSpan(3 * (y * png.Width + x), 3));
            Assert.That("#" + colour, Is.EqualTo((string)marker.Attribute("fill")!), marker.ToString());
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Save_EveryText_LiesOnTheSheet(bool rows)
    {
        Figure figure = rows ? s_rows : s_lines;
        using var temp = new TempFolder();
        Figure wordy = figure with { Title = new string('m', 300), Across = new string('w', 200) };
        foreach (XElement text in Texts(wordy, temp))
        {
            double x = (double)text.Attribute("x")!, y = (double)text.Attribute("y")!, size = (double)text.Attribute("font-size")!;
            double width = new Lettering(size).Measure(text.Value);
            double left = (string?)text.Attribute("text-anchor") switch { "middle" => x - width / 2, "end" => x - width, _ => x };
            Assert.That(left, Is.GreaterThanOrEqualTo(0), text.Value);
            Assert.That(left + width, Is.LessThanOrEqualTo(960), text.Value);
            Assert.That(y, Is.LessThan((double)text.Parent!.Attribute("height")!), text.Value);
        }
    }

    [Test]
    public void Save_Rows_SayNamesValuesAndZone()
    {
        using var temp = new TempFolder();
        string[] texts = [.. Texts(s_rows, temp).Select(t => t.Value)];
        Assert.That(texts, Is.SupersetOf(new[] { "Dose by variant", "Share (points); 95 % intervals", "placebo", "+3.00 [\u22121.00, 7.00]",
            "The zone behind placebo is the margin." }));
    }

    [Test]
    public void Save_NamesOfAnyCharacters_AreWellFormed()
    {
        using var temp = new TempFolder();
        const string name = "<a & \"b\">\u0001\uFFFE\uFFFF\uD800";
        Assert.That(Texts(s_lines with { Title = name, Series = [new(name, 0, [new(1, 1)])] }, temp).Select(t => t.Value),
            Has.Some.StartsWith("<a & \"b\">"));
    }

    [Test]
    public void Save_WithoutPoints_DrawsTheAxes()
    {
        using var temp = new TempFolder();
        Assert.That(Texts(s_lines with { Series = [] }, temp).Select(t => t.Value), Has.Member("Step"));
    }

    static XElement[] Texts(Figure figure, TempFolder temp) =>
        [.. XDocument.Load(FigureFile.Save(temp.Path, "f", figure).First()).Descendants().Where(e => e.Name.LocalName == "text")];
}
