using Alignment.MLNet;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

/// <summary>The stage picks the right formula for variant and window; the formulas themselves are tested beside them.</summary>
public sealed class ModifyAttentionTests
{
    sealed class Row
    {
        [ColumnName("video_id")] public string Video { get; set; } = "ad";

        [ColumnName("scene_number")] public int Scene { get; set; } = 1;

        [ColumnName("temporal_window")] public int Window { get; set; }

        [ColumnName("heatmap"), VectorType(2, 2)] public float[] Heatmap { get; set; } = [0.2f, 0.1f, 0.1f, 0.1f];

        [ColumnName("mask"), VectorType(2, 2)] public float[] Mask { get; set; } = [1, 0, 0, 0];
    }

    // What the product pixel becomes. Boost: 0.3 of a total of 0.6, rescaled to 0.5: 0.25. Reduction: 0.1 of 0.4, rescaled: 0.125.
    [TestCase("baseline", 0.2f, 0.2f, 0.2f)]
    [TestCase("early_boost", 0.25f, 0.2f, 0.2f)]
    [TestCase("middle_boost", 0.2f, 0.25f, 0.2f)]
    [TestCase("late_boost", 0.2f, 0.2f, 0.25f)]
    [TestCase("full_boost", 0.25f, 0.25f, 0.25f)]
    [TestCase("reduction", 0.2f, 0.125f, 0.2f)]
    [TestCase("placebo", 0.2f, 0.2f, 0.2f)]
    public void Variant_InEachWindow_ActsWhereItShould(string variant, float early, float middle, float late)
    {
        var maps = Modify(new() { Variant = variant }, new Row { Window = 0 }, new Row { Window = 1 }, new Row { Window = 2 });
        Assert.That(maps.Select(m => m[0]), Is.EqualTo(new[] { early, middle, late }).Within(1e-6));
        Assert.That(maps.Select(m => m.Sum()), Is.All.EqualTo(0.5f).Within(1e-6));
        var original = new Row().Heatmap;
        for (int i = 0; i < maps.Length; i++)
            if (variant == "placebo") Assert.That(maps[i], Is.Not.EqualTo(original), "the background really changes");
            else if (maps[i][0] == 0.2f) Assert.That(maps[i], Is.EqualTo(original), "untouched means bit for bit");
    }

    [Test]
    public void Alphas_Given_AreUsed()
    {
        // 2 x 0.2 of 0.7, rescaled to 0.5; and 0 x.
        Assert.That(Modify(new() { Variant = "full_boost", BoostAlpha = 2 }, new Row())[0][0], Is.EqualTo(0.4f * 0.5f / 0.7f).Within(1e-6));
        Assert.That(Modify(new() { Variant = "reduction", ReductionAlpha = 0 }, new Row { Window = 1 })[0][0], Is.Zero);
    }

    [Test]
    public void PreserveMass_WhereClippingBites_KeepsTheSum()
    {
        var bright = new Row { Heatmap = [0.9f, 0.5f, 0.1f, 0.1f] };
        Assert.That(Modify(new() { Variant = "full_boost", BoostAlpha = 10 }, bright)[0].Sum(), Is.LessThan(1.59f));
        Assert.That(Modify(new() { Variant = "full_boost", BoostAlpha = 10, PreserveMass = true }, bright)[0].Sum(),
            Is.EqualTo(1.6f).Within(1e-5));
    }

    [Test]
    public void Placebo_OfTheSameScene_DoesNotDependOnOtherRows()
    {
        var options = new ModifyAttentionOptions { Variant = "placebo", Seed = 5 };
        float[] alone = Modify(options, new Row { Scene = 2 })[0];
        Assert.That(Modify(options, new Row { Scene = 1 }, new Row { Scene = 2 })[1], Is.EqualTo(alone));
    }

    [Test]
    public void Window_Unknown_IsRefused() =>
        Assert.That(() => Modify(new() { Variant = "early_boost" }, new Row { Window = -1 }),
        Throws.TypeOf<BadDataException>().With.Message.Contains("window -1"));

    [Test]
    public void Heatmap_NotNormalized_IsRefusedWithItsRow() =>
        Assert.That(() => Modify(new() { Variant = "full_boost" }, new Row(), new Row { Heatmap = [200, 0, 0, 0] }),
        Throws.TypeOf<BadDataException>().With.Message.Contains("row 1"));

    [Test]
    public void Maps_OfDifferentSize_AreRefused()
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new { heatmap = 1f }]);
        var two = ml.Transforms.Concatenate("mask", "heatmap", "heatmap").Append(ml.Transforms.Concatenate("heatmap", "heatmap")).Fit(data)
            .Transform(data);
        Assert.That(() => ml.Alignment.ModifyAttention(Variant.FullBoost).Fit(two),
            Throws.TypeOf<UsageException>().With.Message.Contains("a map, float [H,W]"));
    }

    [TestCase(double.NaN)]
    [TestCase(-0.1)]
    [TestCase(double.PositiveInfinity)]
    public void Alpha_OutOfRange_IsRefused(double alpha) =>
        Assert.That(() => new MLContext(seed: 1).Alignment.ModifyAttention(new ModifyAttentionOptions { BoostAlpha = alpha }),
        Throws.TypeOf<UsageException>().With.Message.Contains("BoostAlpha"));

    [Test]
    public void Variant_OfNoSuchName_IsRefused() =>
        Assert.That(() => new MLContext(seed: 1).Alignment.ModifyAttention(new ModifyAttentionOptions { Variant = "early_bost" }),
        Throws.TypeOf<UsageException>().With.Message.Contains("early_boost"));

    static float[][] Modify(ModifyAttentionOptions options, params Row[] rows)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(rows);
        return [.. ml.Alignment.ModifyAttention(options).Fit(data).Transform(data).GetColumn<float[]>("heatmap_modified")];
    }
}
