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
    [TestCase(HeatmapNormalization.DivideByMax, new[] { 0f, 1f, 4f }, new[] { 0f, 0.25f, 1f })]
    [TestCase(HeatmapNormalization.DivideByMax, new[] { 0f, 0f, 0f }, new[] { 0f, 0f, 0f })]
    public void Heatmap_Normalized_IsTheFormula(HeatmapNormalization mode, float[] raw, float[] expected) =>
        Assert.That(Normalize(mode, raw), Is.EqualTo(expected));

    [TestCase(HeatmapNormalization.DivideBy255, 256f)]
    [TestCase(HeatmapNormalization.DivideBy255, -1f)]
    [TestCase(HeatmapNormalization.SumToOne, -1f)]
    [TestCase(HeatmapNormalization.DivideByMax, -1f)]
    [TestCase(HeatmapNormalization.Percentile, float.NaN)]
    [TestCase(HeatmapNormalization.MinMax, float.NaN)]
    [TestCase(HeatmapNormalization.MinMax, float.PositiveInfinity)]
    public void Value_OutOfRange_IsRefusedWithItsRow(HeatmapNormalization mode, float bad) =>
        Assert.That(() => Normalize(mode, [1f, bad, 2f]),
        Throws.TypeOf<BadDataException>().With.Message.Contains("row 0").And.Message.Contains("'heatmap_raw'"));

    // NumPy: percentile([0, 1, 2, 4, 8], [10, 30, 75, 90]) = 0.4, 1.2, 4, 6.4.
    [TestCase(10, 90, new[] { 8f, 0f, 2f, 1f, 4f }, new[] { 1f, 0f, 1.6f / 6, 0.1f, 0.6f })]
    [TestCase(30, 75, new[] { 8f, 0f, 2f, 1f, 4f }, new[] { 1f, 0f, 0.8f / 2.8f, 0f, 1f })]
    [TestCase(0, 100, new[] { 0f, 1f, 2f, 4f, 8f }, new[] { 0f, 0.125f, 0.25f, 0.5f, 1f })]
    [TestCase(0, 60, new[] { 0f, 0f, 0f, 0f, 3f }, new[] { 0f, 0f, 0f, 0f, 1f })]
    [TestCase(0, 100, new[] { 5f, 5f }, new[] { 0f, 0f })]
    public void Percentiles_OfAMap_AreNumPys(double low, double high, float[] raw, float[] expected)
    {
        float[] made = new float[raw.Length];
        NormalizeHeatmapTransformer.Normalize(raw, HeatmapNormalization.Percentile, low, high, made);
        Assert.That(made, Is.EqualTo(expected).Within(1e-6f));
    }

    [Test]
    public void Smoothing_BeforeNormalizing_SpreadsAndKeepsAConstantMap()
    {
        float[] map = new float[31 * 31];
        map[15 * 31 + 15] = 1;
        Alignment.Transforms.Attention.HeatmapSmoothing.Apply(map, 31, 31, 2);
        // A Gaussian of sum 1: 1 / (2π σ²) at its top.
        Assert.That(map[15 * 31 + 15], Is.EqualTo(1 / (8 * Math.PI)).Within(1e-4));
        Assert.That(map.Sum(), Is.EqualTo(1).Within(1e-5));
        float[] flat = [.. Enumerable.Repeat(0.3f, 12)];
        Alignment.Transforms.Attention.HeatmapSmoothing.Apply(flat, 4, 3, 2);
        Assert.That(flat, Is.All.EqualTo(0.3f));
    }

    [Test]
    public void Mode_Unknown_IsRefused() =>
        Assert.That(() => new MLContext(seed: 1).Alignment.NormalizeHeatmap(new() { Mode = (HeatmapNormalization)9 }),
        Throws.TypeOf<UsageException>().With.Message.Contains("MinMax"));

    static float[] Normalize(HeatmapNormalization mode, float[] raw)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row { Raw = raw }]);
        return ml.Alignment.NormalizeHeatmap(new() { Mode = mode }).Fit(data).Transform(data).GetColumn<float[]>("heatmap").Single();
    }
}
