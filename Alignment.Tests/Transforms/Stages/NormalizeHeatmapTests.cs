using Alignment.MLNet;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

public sealed class NormalizeHeatmapTests
{
    sealed class Row
    {
        [ColumnName("heatmap_raw"), VectorType(1, 3)]
        public float[] Raw { get; set; } = [];
    }

    [TestCase(HeatmapNormalization.DivideBy255, new[] { 0f, 51f, 255f }, new[] { 0f, 0.2f, 1f })]
    [TestCase(HeatmapNormalization.MinMax, new[] { -2f, 0f, 6f }, new[] { 0f, 0.25f, 1f })]
    [TestCase(HeatmapNormalization.MinMax, new[] { 9f, 9f, 9f }, new[] { 0f, 0f, 0f })]
    [TestCase(HeatmapNormalization.MinMax, new[] { -3e38f, 0f, 3e38f }, new[] { 0f, 0.5f, 1f })]
    [TestCase(HeatmapNormalization.SumToOne, new[] { 1f, 2f, 5f }, new[] { 0.125f, 0.25f, 0.625f })]
    [TestCase(HeatmapNormalization.SumToOne, new[] { 0f, 0f, 0f }, new[] { 0f, 0f, 0f })]
    public void Heatmap_Normalized_IsTheFormula(HeatmapNormalization mode, float[] raw, float[] expected) => Assert.That(Normalize(mode, raw), Is.EqualTo(expected));

    [TestCase(HeatmapNormalization.DivideBy255, 256f)]
    [TestCase(HeatmapNormalization.DivideBy255, -1f)]
    [TestCase(HeatmapNormalization.SumToOne, -1f)]
    [TestCase(HeatmapNormalization.MinMax, float.NaN)]
    [TestCase(HeatmapNormalization.MinMax, float.PositiveInfinity)]
    public void Value_OutOfRange_IsRefusedWithItsRow(HeatmapNormalization mode, float bad) =>
        Assert.That(() => Normalize(mode, [1f, bad, 2f]), Throws.TypeOf<BadDataException>().With.Message.Contains("row 0").And.Message.Contains("'heatmap_raw'"));

    [Test]
    public void Mode_Unknown_IsRefused() =>
        Assert.That(() => new MLContext(seed: 1).Alignment.NormalizeHeatmap(new() { Mode = (HeatmapNormalization)9 }), Throws.TypeOf<UsageException>().With.Message.Contains("MinMax"));

    static float[] Normalize(HeatmapNormalization mode, float[] raw)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row { Raw = raw }]);
        return ml.Alignment.NormalizeHeatmap(new() { Mode = mode }).Fit(data).Transform(data).GetColumn<float[]>("heatmap").Single();
    }
}
