using System.Text.Json;
using Alignment.Tests.Transforms.Diffusion;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Transforms.Attention.Saliency;

/// <summary>Against OpenCV's maps of real stills: rows and columns 0, 4, 8, … of them. From other grey levels tolerances are the fixture's,
/// from the same ones tighter.</summary>
public sealed class SaliencyParityTests
{
    // From identical grey pixels, and from pixels that another JPEG decoder rounded differently by one level.
    // OpenCV's arctangent is right to a hundredth of a degree: 1e-4 of the map.
    [TestCase("spectral_residual", 1e-4, 0.03)]
    [TestCase("spectral_residual.smoothed", 1e-4, 0.02)]
    [TestCase("fine_grained", 1e-6, 0.03)]
    [TestCase("fine_grained.smoothed", 0.003, 0.007)]
    public void Predict_RealStills_AgreesWithOpenCv(string name, double sameGrey, double otherGrey)
    {
        ISaliencyPredictor saliency = SaliencyPredictors.Parse(name);
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

    /// <summary>
    /// Levels whose spectrum has frequencies that are all but absent (|F| of 1.9 and 2.4) beside strong ones: a plain logarithm is off by
    /// up to 0.016 there. Expected: cv2.saliency 4.6, to its last digit.
    /// </summary>
    [TestCase(63, 0, 0.695659)]
    [TestCase(0, 0, 0.523597)]
    [TestCase(50, 10, 0.318080)]
    [TestCase(31, 25, 0.064961)]
    [TestCase(16, 32, 0.724566)]
    [TestCase(10, 50, 0.348743)]
    [TestCase(63, 63, 0.609418)]
    public void SpectralResidual_FrequenciesAllButAbsent_AgreesWithOpenCv(int atX, int atY, double expected)
    {
        byte[] rgb = new byte[3 * 64 * 64];
        for (int i = 0; i < 64 * 64; i++)
        {
            (int y, int x) = Math.DivRem(i, 64);
            rgb.AsSpan(3 * i, 3).Fill((byte)(((x - 31) * (x - 31) + 2 * (y - 25) * (y - 25)) * 97 / 64 % 97 + 100
                + (x * 97 + y * 7) % 11 * ((x / 8 + y / 16) % 3)));
        }
        float[] map = new float[64 * 64];
        SaliencyPredictors.Parse("spectral_residual").Predict(rgb, 64, 64, map);
        Assert.That(map[atY * 64 + atX], Is.EqualTo(expected).Within(1e-4));
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
            yield return (FormattableString.Invariant($"{video}.scene_{scene}"), PictureFile.ReadRgb8(Path.Combine(data, video, file)),
                maps);
        }
    }
}
