using System.Security.Cryptography;
using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Synthetic;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Synthetic;

public sealed class AdDrawingTests
{
    static readonly AdDrawingOptions s_small = new() { Width = 96, Height = 54, Seed = 3 };

    [Test]
    public void Draw_SameOptions_GivesTheSameBytesAndOthersDiffer()
    {
        string Sum(AdDrawingOptions o) => Convert.ToHexString(SHA256.HashData(Frame(AdDrawing.Draw(o), 10)));
        string first = Sum(s_small), again = Sum(s_small);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(Sum(s_small with { Seed = 4 }), Is.Not.EqualTo(first));
        Assert.That(Sum(s_small with { VideoId = "other" }), Is.Not.EqualTo(first));
    }

    [TestCase(1, 0)]
    [TestCase(2, 1)]
    [TestCase(6, 0)]
    [TestCase(6, 1)]
    [TestCase(6, 5)]
    [TestCase(9, 4)]
    public void Plan_Scenes_TileTheAdAndMissTheProductAsAsked(int scenes, int without)
    {
        DrawnAd ad = AdDrawing.Draw(s_small with { Scenes = scenes, ScenesWithoutProduct = without });
        int next = 0;
        foreach (DrawnScene scene in ad.Scenes)
        {
            Assert.That(scene.StartFrame, Is.EqualTo(next));
            Assert.That(scene.Frames / 25.0, Is.InRange(0.78, 1.62));
            next += scene.Frames;
        }
        Assert.That(ad.Frames, Is.EqualTo(next));
        Assert.That(ad.Scenes.Count(s => !s.HasProduct), Is.EqualTo(without));
        Assert.That(ad.Scenes[0].HasProduct);
    }

    static Array Kinds => Enum.GetValues<ProductKind>();

    [TestCaseSource(nameof(Kinds))]
    public void Mask_EveryProductAndFrame_IsInsideTheFrameAndMoves(object product)
    {
        var kind = (ProductKind)product;
        for (ulong seed = 0; seed < 4; seed++)
        {
            DrawnAd ad = AdDrawing.Draw(s_small with { Product = kind, Seed = seed });
            foreach (DrawnScene scene in ad.Scenes)
            {
                byte[] first = ad.Mask(scene.StartFrame), last = ad.Mask(scene.StartFrame + scene.Frames - 1);
                Assert.That(first.All(m => m is 0 or 255));
                double area = first.Count(m => m > 0) / (double)first.Length;
                Assert.That(area, scene.HasProduct ? Is.InRange(0.02, 0.35) : Is.Zero, $"{kind} seed {seed} scene {scene.Number}");
                if (!scene.HasProduct) continue;
                Assert.That(last, Is.Not.EqualTo(first));
                foreach (byte[] mask in new[] { first, last })
                    Assert.That(Border(mask, 96, 54), Is.Zero, $"{kind} seed {seed} scene {scene.Number} touches the frame's edge");
            }
        }
    }

    [Test]
    public void Mask_AgainstThePicture_MarksThePixelsThatAreTheProduct()
    {
        // The same scene with other product colours differs on the product and nowhere beyond its smoothed edge.
        AdDrawingOptions red = s_small with { MainColour = 0xFF0000, SecondColour = 0xFF0000 },
            blue = s_small with { MainColour = 0x0000FF, SecondColour = 0x0000FF };
        DrawnAd a = AdDrawing.Draw(red), b = AdDrawing.Draw(blue);
        byte[] p = Frame(a, 5), q = Frame(b, 5), mask = a.Mask(5);
        for (int i = 0; i < mask.Length; i++)
        {
            bool differs = p[3 * i] != q[3 * i] || p[3 * i + 2] != q[3 * i + 2];
            bool near = Near(mask, 96, 54, i);
            if (differs) Assert.That(near, $"pixel {i} is product but not in the mask");
        }
        int marked = mask.Count(m => m > 0), changed = Enumerable.Range(0, mask.Length).Count(i => mask[i] > 0 && p[3 * i] != q[3 * i]);
        Assert.That(changed, Is.GreaterThan(0.5 * marked), "labels and highlights apart");
    }

    [Test]
    public void Heatmap_SceneWithProduct_LooksAtItMoreThanAtTheAverage()
    {
        DrawnAd ad = AdDrawing.Draw(s_small);
        foreach (DrawnScene scene in ad.Scenes.Where(s => s.HasProduct))
        {
            float[] map = ad.Heatmap(DrawnAd.StillOf(scene));
            byte[] mask = ad.Mask(DrawnAd.StillOf(scene));
            Assert.That(map, Has.All.InRange(0f, 1f));
            Assert.That(map.Where((_, i) => mask[i] > 0).Average(), Is.GreaterThan(1.5 * map.Average()));
        }
    }

    [Test]
    public void Frames_AcrossACut_ChangeMuchMoreThanWithinAScene()
    {
        DrawnAd ad = AdDrawing.Draw(s_small);
        double Change(int frame) => Frame(ad, frame).Zip(Frame(ad, frame - 1), (x, y) => Math.Abs(x - y)).Average();
        foreach (DrawnScene scene in ad.Scenes.Skip(1))
            Assert.That(Change(scene.StartFrame), Is.GreaterThan(4 * Change(scene.StartFrame + 1)), $"scene {scene.Number}");
    }

    [Test]
    public void Write_DataSet_IsValidAndTrue()
    {
        using TempFolder temp = new();
        IReadOnlyList<DrawnAd> ads = DrawnDataSet.Write(temp["ads"], AdDrawing.Set(2, s_small));
        ValidationResult report = ValidationJob.Run(temp["ads"], options: new() { Deep = true });
        Assert.That((report.ValidScenes, report.Rejections), Is.EqualTo((12L, 0L)));
        Assert.That(report.Problems.Select(p => (p.Kind, p.VideoId, p.SceneNumber)), Is.EqualTo(
            ads.OrderBy(a => a.Options.VideoId, StringComparer.Ordinal)
            .SelectMany(a => a.Scenes.Where(s => !s.HasProduct).Select(s => (ProblemKind.EmptyMask, a.Options.VideoId, (int?)s.Number)))));
        using var truth = JsonDocument.Parse(File.ReadAllBytes(temp["ads", "bottle_ad.truth.json"]));
        Assert.That(truth.RootElement.GetProperty("scene_start_frames").EnumerateArray().Select(f => f.GetInt32()),
            Is.EqualTo(ads[0].Scenes.Select(s => s.StartFrame)));
        RgbPicture still = PictureFile.ReadRgb8(temp["ads", "video_scene_cuts", "can_ad", "can_ad-Scene-001-01.jpg"]);
        byte[] drawn = Frame(ads[1], DrawnAd.StillOf(ads[1].Scenes[0]));
        Assert.That(still.Pixels.Zip(drawn, (x, y) => Math.Abs(x - y)).Average(), Is.LessThan(3), "JPEG apart");
    }

    [Test]
    public void DrawMath_SineAndExponential_AgreeWithTheLibrary()
    {
        for (double t = -2; t <= 2; t += 0.0137) Assert.That(DrawMath.SinTurns((float)t),
            Is.EqualTo(Math.Sin(2 * Math.PI * t)).Within(1e-5));
        for (double x = -19.9; x <= 0; x += 0.0971) Assert.That(DrawMath.ExpNegative(x), Is.EqualTo(Math.Exp(x)).Within(1e-7));
    }

    [TestCase("../x", 96, 6, 1)]
    [TestCase("x", 3, 6, 1)]
    [TestCase("x", 96, 2, 2)]
    public void Draw_OptionOutOfRange_IsAUsageError(string id, int width, int scenes, int without) =>
        Assert.Throws<UsageException>(() => AdDrawing.Draw(new()
        {
            VideoId = id,
            Width = width,
            Scenes = scenes,
            ScenesWithoutProduct = without
        }));

    static byte[] Frame(DrawnAd ad, int frame)
    {
        byte[] rgb = new byte[ad.Options.Width * ad.Options.Height * 3];
        ad.Render(frame, rgb);
        return rgb;
    }

    static int Border(byte[] mask, int width, int height) =>
        Enumerable.Range(0, mask.Length).Count(i => mask[i] > 0
        && (i % width == 0 || i % width == width - 1 || i < width || i >= width * (height - 1)));

    static bool Near(byte[] mask, int width, int height, int i)
    {
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++)
                if (i % width + dx is >= 0 and var x && x < width && i / width + dy is >= 0 and var y && y < height
                    && mask[y * width + x] > 0) return true;
        return false;
    }
}
