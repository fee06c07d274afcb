using System.Text.Json;
using Alignment.Tests.Transforms.Diffusion;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Transforms.Attention.Saliency;

/// <summary>Against OpenCV's maps of real stills: rows and columns 0, 4, 8, … of them. Tolerances are the fixture's.</summary>
public sealed class SaliencyParityTests
{
    // From identical grey pixels, and from pixels that another JPEG decoder rounded differently by one level.
    [TestCase("spectral_residual", 0.003, 0.03)]
    [TestCase("spectral_residual.smoothed", 0.003, 0.02)]
    [TestCase("fine_grained", 1e-6, 0.03)]
    [TestCase("fine_grained.smoothed", 0.003, 0.007)]
    public void Predict_RealStills_AgreesWithOpenCv(string name, double sameGrey, double otherGrey)
    {
        ISaliency saliency = SaliencyPredictors.Parse(name);
        int stills = 0;
        foreach (var (id, picture, maps) in Stills())
        {
            float[] map = new float[picture.Width * picture.Height];
            saliency.Predict(picture.Pixels, picture.Width, picture.Height, map);
            float[] expected = maps.Floats($"{id}.{name}");
            double worst = Subsampled(map, picture.Width, picture.Height).Zip(expected, (a, e) => Math.Abs((double)a - e)).Max();
            bool same = GreyDifference(picture, maps.Bytes($"{id}.gray")) == 0;
            Assert.That(map, Has.All.InRange(0f, 1f));
            Assert.That(worst, Is.LessThanOrEqualTo(same ? sameGrey : otherGrey), $"{id}, {(same ? "equal" : "other")} grey levels");
            stills++;
        }
        Assert.That(stills, Is.EqualTo(4));
    }

    [Test]
    public void Grey_RealStills_IsOpenCvs()
    {
        foreach (var (id, picture, maps) in Stills())
        {
            byte[] grey = new byte[picture.Width * picture.Height], small = new byte[64 * 64];
            GreyPicture.Of(picture.Pixels, grey);
            GreyPicture.Resize(grey, picture.Width, picture.Height, small, 64, 64);
            Assert.That(GreyDifference(picture, maps.Bytes($"{id}.gray")), Is.LessThanOrEqualTo(1), id);
            Assert.That(small.Zip(maps.Bytes($"{id}.gray64"), (a, e) => Math.Abs(a - e)).Max(), Is.LessThanOrEqualTo(1), id);
        }
    }

    static int GreyDifference(RgbPicture picture, byte[] expected)
    {
        byte[] grey = new byte[picture.Width * picture.Height];
        GreyPicture.Of(picture.Pixels, grey);
        return Subsampled(grey, picture.Width, picture.Height).Zip(expected, (a, e) => Math.Abs(a - e)).Max();
    }

    static IEnumerable<T> Subsampled<T>(T[] map, int width, int height)
    {
        for (int y = 0; y < height; y += 4)
            for (int x = 0; x < width; x += 4) yield return map[y * width + x];
    }

    static IEnumerable<(string Id, RgbPicture Picture, SafetensorsFile Maps)> Stills()
    {
        string folder = Shared.Path("fixtures", "saliency-maps"), data = Shared.Path("media", "dataset", "video_scene_cuts");
        using var info = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "info.json")));
        var maps = new SafetensorsFile(Path.Combine(folder, "maps.safetensors"));
        foreach (JsonElement still in info.RootElement.EnumerateArray())
        {
            string file = still.GetProperty("still").GetString()!, video = file[..file.IndexOf("-Scene", StringComparison.Ordinal)];
            int scene = int.Parse(file.AsSpan(video.Length + 7, 3), System.Globalization.CultureInfo.InvariantCulture);
            yield return (FormattableString.Invariant($"{video}.scene_{scene}"), PictureFile.ReadRgb8(Path.Combine(data, video, file)), maps);
        }
    }
}
