using Alignment.Onnx.Weights;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Transforms.Images;

/// <summary>Decoding and resizing against OpenCV (fixtures/image-io; the tolerances are its README's).</summary>
public sealed class PictureFileParityTests
{
    const int Width = 64, Height = 48;

    // PNG is exact up to float rounding; JPEG within one level of libjpeg-turbo's decoding.
    static readonly object[] s_files =
    [
        new object[] { "baseline.jpg", 0.005 }, new object[] { "progressive.jpg", 0.005 }, new object[] { "grey.jpg", 0.005 },
            new object[] { "exif_rotated.jpg", 0.005 },
        new object[] { "cmyk.jpg", 0.005 }, new object[] { "grey8.png", 5e-6 }, new object[] { "grey16.png", 5e-6 },
            new object[] { "rgba.png", 5e-6 },
        new object[] { "palette.png", 5e-6 }, new object[] { "smaller_than_target.png", 5e-6 }, new object[] { "one_pixel.png", 5e-6 },
    ];

    [TestCaseSource(nameof(s_files))]
    public void Picture_ReadAndResized_IsOpenCvs(string name, double tolerance)
    {
        string file = Shared.Path("fixtures", "image-io", name);
        using var expected = SafetensorsFile.Open(Shared.Path("fixtures", "image-io", "expected.safetensors"));
        string key = name.Replace('.', '_');
        bool grows = !expected.Infos.ContainsKey(key + ".rgb.area");
        foreach (var filter in grows ? [ResizeFilter.AreaOrBilinear, ResizeFilter.Bilinear] : Enum.GetValues<ResizeFilter>())
        {
            string kind = grows || filter == ResizeFilter.Bilinear ? "linear" : "area";
            float[] rgb = new float[3 * Height * Width], grey = new float[Height * Width];
            PictureFile.ReadRgb(file, Width, Height, rgb, filter);
            PictureFile.ReadGrey(file, Width, Height, grey, filter);
            Near(rgb, expected.ReadFloats($"{key}.rgb.{kind}"), tolerance, $"{name} rgb {kind}");
            Near(grey, expected.ReadFloats($"{key}.grey.{kind}"), tolerance, $"{name} grey {kind}");
        }
    }

    // The 16-bit picture is covered by the float values above.
    static object[] EightBit => [.. s_files.Where(f => (string)((object[])f)[0] != "grey16.png")];

    [TestCaseSource(nameof(EightBit))]
    public void Picture_Decoded_HasTheStoredValues(string name, double tolerance)
    {
        string file = Shared.Path("fixtures", "image-io", name);
        var (shape, expected) = Bytes(Shared.Path("fixtures", "image-io", "expected.safetensors"), name.Replace('.', '_') + ".decoded");
        var picture = PictureFile.ReadRgb8(file);
        Assert.That((picture.Height, picture.Width), Is.EqualTo((shape[0], shape[1])));
        var header = PictureFile.ReadHeader(file);
        Assert.That((header.Height, header.Width), Is.EqualTo((shape[0], shape[1])), "header");
        int worst = picture.Pixels.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        TestContext.Out.WriteLine($"{name}: {worst} levels");
        Assert.That(worst, Is.LessThanOrEqualTo(tolerance < 1e-3 ? 0 : 1));
    }

    [Test]
    public void Grey16_IsNotCutToEightBits()
    {
        float[] values = PictureFile.ReadGrey(Shared.Path("fixtures", "image-io", "grey16.png")).Values;
        Assert.That(values.Count(v => MathF.Abs(v * 255f - MathF.Round(v * 255f)) > 0.01f), Is.GreaterThan(values.Length / 2));
    }

    static void Near(float[] actual, float[] expected, double tolerance, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        double worst = actual.Zip(expected, (a, b) => Math.Abs((double)a - b)).Max();
        TestContext.Out.WriteLine(FormattableString.Invariant($"{what}: {worst:e2}"));
        Assert.That(worst, Is.LessThanOrEqualTo(tolerance), what);
    }

    /// <summary>A U8 tensor, which models never have and the product's reader therefore does not know.</summary>
    static (int[] Shape, byte[] Values) Bytes(string file, string name)
    {
        byte[] all = File.ReadAllBytes(file);
        int head = (int)BitConverter.ToInt64(all);
        using var json = System.Text.Json.JsonDocument.Parse(all.AsMemory(8, head));
        var entry = json.RootElement.GetProperty(name);
        int[] offsets = [.. entry.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt32())];
        return ([.. entry.GetProperty("shape").EnumerateArray().Select(o => o.GetInt32())],
            all[(8 + head + offsets[0])..(8 + head + offsets[1])]);
    }
}
