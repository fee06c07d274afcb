using Alignment.MLNet;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

public sealed class DrawFixationsTests
{
    const int Width = 21, Height = 15;

    sealed class Row
    {
        [ColumnName(SceneColumns.Fixations)] public double[] Fixations { get; set; } = [];

        [ColumnName(SceneColumns.StillWidth)] public int Width { get; set; } = DrawFixationsTests.Width;

        [ColumnName(SceneColumns.StillHeight)] public int Height { get; set; } = DrawFixationsTests.Height;

        [ColumnName(SceneColumns.FixationSigmaX)] public double SigmaX { get; set; } = 2;

        [ColumnName(SceneColumns.FixationSigmaY)] public double SigmaY { get; set; } = 3;
    }

    sealed class Result
    {
        [ColumnName(SceneColumns.Heatmap)] public float[] Heatmap { get; set; } = [];
    }

    /// <summary>One fixation is the Gaussian itself: e^(−dx²/2σx² − dy²/2σy²) around its pixel, 1 there.</summary>
    [Test]
    public void Heatmap_OfOneFixation_IsTheGaussian()
    {
        float[] map = Draw(new Row { Fixations = [10.7, 7.2, 0.4] });
        foreach (var (x, y) in new[] { (10, 7), (12, 7), (10, 10), (7, 5) })
            Assert.That(map[y * Width + x], Is.EqualTo(Math.Exp(-(x - 10) * (x - 10) / 8.0 - (y - 7) * (y - 7) / 18.0)).Within(1e-6),
                $"({x}, {y})");
    }

    /// <summary>Far apart, the heights are to each other as the weights are; fixations on one pixel add up.</summary>
    [Test]
    public void Heatmap_OfWeights_IsProportional()
    {
        float[] map = Draw(new Row { SigmaX = 0.5, SigmaY = 0.5, Fixations = [3, 7, 0.5, 17, 7, 1, 17.9, 7.9, 1] });
        Assert.That((map[7 * Width + 3], map[7 * Width + 17]), Is.EqualTo((0.25f, 1f)));
    }

    [Test]
    public void Heatmap_WithoutFixations_IsZero() => Assert.That(Draw(new Row()), Has.Length.EqualTo(Width * Height).And.All.Zero);

    [TestCase(21, 7, 1, "(21, 7)")]
    [TestCase(3, -0.5, 1, "(3, -0.5)")]
    [TestCase(3, 7, -1, "weight -1")]
    public void Fixation_OutsideOrNegative_IsAnErrorWithItsRow(double x, double y, double weight, string named) =>
        Assert.That(() => Draw(new Row { Fixations = [x, y, weight] }),
        Throws.TypeOf<BadDataException>().With.Message.Contains("DrawFixations, row 0").And.Message.Contains(named));

    [Test]
    public void Fixations_NotInThrees_AreAnError() =>
        Assert.That(() => Draw(new Row { Fixations = [1, 2] }), Throws.TypeOf<BadDataException>().With.Message.Contains("2 numbers"));

    static float[] Draw(Row row)
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable([row]);
        return ml.Data.CreateEnumerable<Result>(ml.Alignment.DrawFixations().Fit(data).Transform(data), reuseRowObject: false)
            .Single().Heatmap;
    }
}
