using Alignment.MLNet;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

public sealed class LoadMapTests
{
    TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    sealed class Row
    {
        [ColumnName(SceneColumns.AttentionHeatmapPath)]
        public string Heatmap { get; set; } = "";

        [ColumnName(SceneColumns.KeywordMaskPath)]
        public string Mask { get; set; } = "";
    }

    [Test]
    public void Heatmap_Of8Bits_HasTheFilesOwnValues()
    {
        PictureFile.WritePngGrey(_folder["a.png"], 3, 1, [0, 77, 255]);
        Assert.That(Load("a.png", new() { Width = 3, Height = 1 }), Is.EqualTo(new[] { 0f, 77f, 255f }));
    }

    [Test]
    public void Heatmap_Of16Bits_IsOnTheSameScaleWithFractions()
    {
        File.WriteAllBytes(_folder["a.png"], PngWriter.Grey16([(ushort)0, (ushort)(77 * 257 + 128), ushort.MaxValue], 3, 1));
        Assert.That(Load("a.png", new() { Width = 3, Height = 1 }), Is.EqualTo(new[] { 0f, 77f + 128f / 257f, 255f }).Within(1e-5));
    }

    [Test]
    public void Mask_Read_IsFromZeroToOne()
    {
        PictureFile.WritePngGrey(_folder["a.png"], 2, 1, [0, 255]);
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row { Mask = _folder["a.png"] }]);
        var made = ml.Alignment.LoadMap(LoadMapOptions.Mask with { Width = 2, Height = 1 }).Fit(data).Transform(data);
        Assert.That(made.GetColumn<float[]>(SceneColumns.MaskSoft).Single(), Is.EqualTo(new[] { 0f, 1f }));
    }

    [Test]
    public void Map_InColour_IsTurnedToGrey()
    {
        PictureFile.WritePng(_folder["a.png"], new RgbPicture(3, 1, [255, 0, 0, 0, 255, 0, 0, 0, 255]));
        Assert.That(Load("a.png", new() { Width = 3, Height = 1, White = 1f }), Is.EqualTo(new[] { 0.299f, 0.587f, 0.114f }).Within(1e-6));
    }

    [Test]
    public void Map_Lossless_IsReadBitForBit()
    {
        float[] values = [0f, 0.123456789f, 1f, 0.5f, 1e-9f, 0.75f];
        WriteLossless("a.safetensors", values, 2, 3);
        Assert.That(Load("a.safetensors", new() { Width = 3, Height = 2, White = 1f }), Is.EqualTo(values));
    }

    [Test]
    public void Map_LosslessWithValuesAboveOne_IsRefused()
    {
        WriteLossless("a.safetensors", [0f, 2f], 1, 2);
        Assert.That(() => Load("a.safetensors", new() { Width = 2, Height = 1 }),
            Throws.TypeOf<BadDataException>().With.Message.Contains("a.safetensors"));
    }

    void WriteLossless(string name, float[] values, int height, int width)
    {
        string head = $$$"""{"attention":{"dtype":"F32","shape":[{{{height}}},{{{width}}}],"data_offsets":[0,{{{4 * values.Length}}}]}}""";
        using var to = new BinaryWriter(File.Create(_folder[name]));
        to.Write((long)head.Length);
        to.Write(System.Text.Encoding.ASCII.GetBytes(head));
        foreach (float v in values) to.Write(v);
    }

    float[] Load(string name, LoadMapOptions options)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row { Heatmap = _folder[name] }]);
        return ml.Alignment.LoadMap(options).Fit(data).Transform(data).GetColumn<float[]>(SceneColumns.HeatmapRaw).Single();
    }
}
