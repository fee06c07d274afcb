using Alignment.MLNet;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Alignment.Tests.Transforms.Stages;

public sealed class SizeImageTests
{
    TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    sealed class Row
    {
        [ColumnName(SceneColumns.SceneImagePath)]
        public string Path { get; set; } = "";
    }

    [Test]
    public void Image_OfPureColours_IsPlanesFromMinusOneToOne()
    {
        // Red, green over blue, white; RGB planes.
        PictureFile.WritePng(_folder["a.png"], new RgbPicture(2, 2, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]));
        Assert.That(Load("a.png", 2, 2), Is.EqualTo(new float[] { 1, -1, -1, 1, -1, 1, -1, 1, -1, -1, 1, 1 }));
    }

    [Test]
    public void Image_FromStockLoadImages_IsTheSame()
    {
        byte[] pixels = new byte[3 * 20 * 14];
        new Random(1).NextBytes(pixels);
        PictureFile.WritePng(_folder["a.png"], new RgbPicture(20, 14, pixels));
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row { Path = _folder["a.png"] }, new Row { Path = _folder["a.png"] }]);
        var chain = ml.Transforms.LoadImages("still", "", SceneColumns.SceneImagePath)
            .Append(ml.Alignment.SizeImage(new() { InputColumn = "still", Width = 8, Height = 8 }));
        var images = chain.Fit(data).Transform(data).GetColumn<float[]>(SceneColumns.Image).ToArray();
        Assert.That(images, Has.Length.EqualTo(2).And.All.EqualTo(Load("a.png", 8, 8)));
    }

    [Test]
    public void Image_AfterStockResizeImages_IsTaken()
    {
        PictureFile.WriteJpeg(_folder["a.jpg"], new RgbPicture(20, 14, new byte[3 * 20 * 14]));
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row { Path = _folder["a.jpg"] }]);
        var chain = ml.Transforms.LoadImages("still", "", SceneColumns.SceneImagePath)
            .Append(ml.Transforms.ResizeImages("small", 10, 10, "still", ImageResizingEstimator.ResizingKind.Fill))
            .Append(ml.Alignment.SizeImage(new() { InputColumn = "small", Width = 4, Height = 4 }));
        Assert.That(chain.Fit(data).Transform(data).GetColumn<float[]>(SceneColumns.Image).Single(),
            Has.Length.EqualTo(48).And.All.EqualTo(-1f));
    }

    [Test]
    public void Image_ThatCannotBeRead_NamesTheFile()
    {
        File.WriteAllText(_folder["text.png"], "text");
        Assert.That(() => Load("text.png", 4, 4), Throws.TypeOf<BadDataException>().With.Message.Contains("text.png"));
    }

    [TestCase(0, 512)]
    [TestCase(512, -1)]
    [TestCase(100_000, 512)]
    public void Size_OutOfRange_IsRefused(int width, int height) =>
        Assert.That(() => new MLContext(seed: 1).Alignment.SizeImage(new() { Width = width, Height = height }),
        Throws.TypeOf<UsageException>().With.Message.Contains($"{width}x{height}"));

    float[] Load(string name, int width, int height)
    {
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable([new Row { Path = _folder[name] }]);
        return ml.Alignment.SizeImage(new() { Width = width, Height = height }).Fit(data).Transform(data)
            .GetColumn<float[]>(SceneColumns.Image).Single();
    }
}
