using Alignment.MLNet.Charts;
using Alignment.MLNet.Dose;

namespace Alignment.Tests.MLNet.Dose;

/// <summary>What the plots of a dose show.</summary>
public sealed class DosePlotsTests
{
    static Figure Of(DoseReport report, string name) => DosePlots.All(report).Single(f => f.Name == name).Figure;

    [Test]
    public void ByVariant_HasTheDoseOverTheScenesActedOn_InPoints()
    {
        DoseReport report = DoseSample.Report();
        report = report with
        {
            Variants = [.. report.Variants.Select(v => v.Dose is null ? v
            : v with { DoseActedOn = v.Dose with { Value = 0.1, Low = 0.08, High = 0.12 } })]
        };
        Figure figure = Of(report, DosePlots.ByVariantName);
        Assert.That(figure.Categories, Is.EqualTo(new[] { "full_boost" }), "the baseline is what the others are compared with");
        FigurePoint point = figure.Series.Single().Points.Single();
        Assert.That((point.X, point.Y, point.Low!.Value, point.High!.Value),
            Is.EqualTo((0.0, 10.0, 8.0, 12.0)).Using<(double, double, double,
            double)>((a, b) => Math.Abs(a.Item2 - b.Item2) + Math.Abs(a.Item3 - b.Item3) + Math.Abs(a.Item4 - b.Item4) < 1e-9));
    }

    [Test]
    public void Interval_ManyTimesTheDose_IsCutAndThePlotSaysSo()
    {
        DoseReport report = DoseSample.Report();
        report = report with
        {
            Variants = [.. report.Variants.Select(v => v.Dose is null ? v
            : v with { Dose = v.Dose with { Low = -2, High = 2.1 }, DoseActedOn = null })]
        };
        Figure figure = Of(report, DosePlots.ByVariantName);
        Assert.That(figure.Frame!.Value.Low, Is.EqualTo(-20).Within(1e-9), "four times the five points found");
        Assert.That(figure.Across, Does.EndWith("the widest are cut by the frame"));
    }

    [TestCase(300, 300, false)]
    [TestCase(301, 151, true)]
    [TestCase(5000, 295, true)]
    public void AskedAndGot_OfManyVideos_DrawsSome(int videos, int drawn, bool says)
    {
        DoseReport report = DoseSample.Report();
        report = report with
        {
            Videos = [.. Enumerable.Range(0, videos)
            .Select(i => report.Videos[0] with { VideoId = $"v{i}", Asked = 0.01, Dose = 0.005 })]
        };
        Figure figure = Of(report, DosePlots.AskedName);
        Assert.That(figure.Series.Single().Points, Has.Count.EqualTo(drawn));
        Assert.That(figure.Series.Single().Points[0], Is.EqualTo(new FigurePoint(1, 0.5)));
        Assert.That(figure.Across.Contains("one of every", StringComparison.Ordinal), Is.EqualTo(says));
    }

    [Test]
    public void NothingMeasured_HasNoPlot()
    {
        DoseReport report = DoseSample.Report();
        Assert.That(DosePlots.All(report with { Variants = [report.Variants[0]], Videos = [] }), Is.Empty);
    }
}
