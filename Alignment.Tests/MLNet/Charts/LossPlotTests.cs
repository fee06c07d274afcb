using Alignment.MLNet.Charts;

namespace Alignment.Tests.MLNet.Charts;

public sealed class LossPlotTests
{
    [Test]
    public void Mean_OverAWindow_IsTheMeanOfThoseThereAre()
    {
        LossPoint[] points = [.. new double[] { 8, 4, 0, 2 }.Select((l, i) => new LossPoint(i + 1, l))];
        Assert.That(LossPlot.Mean(points, 2).Select(p => p.Loss), Is.EqualTo(new[] { 8.0, 6, 2, 1 }));
    }

    [Test]
    public void Write_ManySteps_StaysSmallAndIsTheSameAgain()
    {
        using var temp = new TempFolder();
        LossPoint[] train = [.. Enumerable.Range(1, 30_000).Select(i => new LossPoint(i, 1.0 / i))],
            validation = [new(10_000, 0.5), new(20_000, 0.25)];
        IReadOnlyList<string> files = LossPlot.Write(temp.Path, train, validation);
        byte[][] first = [.. files.Select(File.ReadAllBytes)];
        LossPlot.Write(temp.Path, train, validation);
        Assert.That(files.Select(File.ReadAllBytes), Is.EqualTo(first));
        Assert.That(new FileInfo(files[0]).Length, Is.LessThan(100_000));
        Assert.That(File.ReadAllText(files[0]), Does.Contain("validation").And.Contain("running mean"));
    }

    [Test]
    public void Write_NotANumber_IsRefused()
    {
        using var temp = new TempFolder();
        Assert.That(() => LossPlot.Write(temp.Path, [], []), Throws.TypeOf<BadDataException>());
        Assert.That(() => LossPlot.Write(temp.Path, [new(1, double.NaN)], []), Throws.TypeOf<BadDataException>());
    }
}
