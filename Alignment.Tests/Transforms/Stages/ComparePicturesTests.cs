using Alignment.MLNet;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

public sealed class ComparePicturesTests
{
    sealed class Row
    {
        [ColumnName(SceneColumns.SceneImagePath)] public string Before { get; set; } = "";

        [ColumnName(SceneColumns.EditedPath)] public string After { get; set; } = "";

        [ColumnName(SceneColumns.RegionPath)] public string Region { get; set; } = "";
    }

    const int Size = 16;

    static string Picture(TempFolder folder, string name, Func<int, int, byte> value, int size = Size)
    {
        byte[] rgb = new byte[3 * size * size];
        for (int i = 0; i < rgb.Length; i++) rgb[i] = value(i / 3 % size, i / 3 / size);
        PictureFile.WritePng(folder[name], new RgbPicture(size, size, rgb));
        return folder[name];
    }

    static IDataView Compare(MLContext ml, IDataView data) => ml.Alignment.ComparePictures().Fit(data).Transform(data);

    [Test]
    public void Change_InsideAndOutside_IsToldApart_FromPathsAndFromImages()
    {
        using var folder = new TempFolder();
        var row = new Row
        {
            Before = Picture(folder, "before.png", (x, y) => 100),
            After = Picture(folder, "after.png", (x, y) => (byte)(x < 8 ? 110 : y == 0 ? 103 : 100)),
            Region = Picture(folder, "region.png", (x, y) => (byte)(x < 8 ? 255 : 0)),
        };
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable([row]), made = Compare(ml, data);
        Assert.That(made.GetColumn<double>(SceneColumns.Psnr).Single(), Is.EqualTo(10 * Math.Log10(255 * 255 / 100.0)).Within(1e-12));
        Assert.That(made.GetColumn<int>(SceneColumns.LargestOutside).Single(), Is.EqualTo(3));
        Assert.That(made.GetColumn<double[]>(SceneColumns.ColourDrift).Single(), Is.EqualTo(new[] { 10.0, 10, 10 }));
        Assert.That(made.GetColumn<bool>(SceneColumns.Unchanged).Single(), Is.False);
        Assert.That(made.GetColumn<double>(SceneColumns.Ssim).Single(), Is.InRange(0.9, 1));
        Assert.That(made.GetColumn<double>(SceneColumns.Lpips).Single(), Is.NaN, "no model was given");

        var images = ml.Transforms.LoadImages("before", "", SceneColumns.SceneImagePath)
            .Append(ml.Transforms.LoadImages("after", "", SceneColumns.EditedPath))
            .Append(ml.Alignment.ComparePictures(new() { BeforeColumn = "before", AfterColumn = "after" }));
        IDataView ofImages = images.Fit(data).Transform(data);
        Assert.That(ofImages.GetColumn<double>(SceneColumns.Psnr), Is.EqualTo(made.GetColumn<double>(SceneColumns.Psnr)));
        Assert.That(ofImages.GetColumn<double>(SceneColumns.Ssim), Is.EqualTo(made.GetColumn<double>(SceneColumns.Ssim)));
    }

    [Test]
    public void NoRegion_HasNoMeasure_AndAnotherSizeIsRefused()
    {
        using var folder = new TempFolder();
        string still = Picture(folder, "before.png", (x, y) => 100), none = Picture(folder, "region.png", (x, y) => 0),
            small = Picture(folder, "small.png", (x, y) => 100, size: 8);
        var ml = new MLContext(seed: 1);
        IDataView made = Compare(ml, ml.Data.LoadFromEnumerable([new Row { Before = still, After = still, Region = none }]));
        Assert.That(made.GetColumn<double>(SceneColumns.Psnr).Concat(made.GetColumn<double>(SceneColumns.Ssim)), Is.All.NaN);
        Assert.That(made.GetColumn<bool>(SceneColumns.Unchanged).Single());
        IDataView bad = Compare(ml, ml.Data.LoadFromEnumerable([new Row { Before = still, After = small, Region = none }]));
        Assert.That(() => bad.GetColumn<double>(SceneColumns.Psnr).ToArray(),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("8x8").And.Message.Contains("16x16"));
    }
}
