using Alignment.Transforms.Images;
using SkiaSharp;

namespace Alignment.Tests.Transforms.Images;

/// <summary>Grey JPEGs are what libjpeg, here the one inside Skia, writes: the same bytes.</summary>
sealed class GreyJpegTests
{
    static readonly string[] s_kinds = ["noise", "flat", "ramp", "blobs", "checks", "lone"];

    [Test]
    public void Encode_AnyPictureSizeAndQuality_WritesLibjpegsBytes(
        [ValueSource(nameof(s_kinds))] string kind, [Values("1x1", "7x9", "8x8", "64x8", "65x17", "129x63", "256x144")] string size,
        [Values(1, 10, 49, 50, 75, 95, 100)] int quality)
    {
        int[] sides = [.. size.Split('x').Select(int.Parse)];
        byte[] pixels = Picture(kind, sides[0], sides[1]);

        byte[] made = GreyJpeg.Encode(pixels, sides[0], sides[1], quality);

        Assert.That(made, Is.EqualTo(Skias(pixels, sides[0], sides[1], quality)));
    }

    [Test]
    public void Encode_AMapOfMillionsOfPixels_WritesLibjpegsBytes()
    {
        // Counts so uneven that codes would be longer than 16 bits.
        const int width = 2048, height = 1536;
        byte[] pixels = Picture("lone", width, height);
        Random random = new(5);
        for (int i = 0; i < 4096; i++) pixels[random.Next(pixels.Length)] = (byte)random.Next(256);

        Assert.That(GreyJpeg.Encode(pixels, width, height, 95), Is.EqualTo(Skias(pixels, width, height, 95)));
    }

    [TestCase(0, 8, 64)]
    [TestCase(8, 8, 63)]
    [TestCase(65501, 1, 65501)]
    public void Encode_SizeThatIsNone_Refused(int width, int height, int length) =>
        Assert.That(() => GreyJpeg.Encode(new byte[length], width, height, 95),
        Throws.ArgumentException.With.Message.Contains($"{width}x{height}"));

    [TestCase(0)]
    [TestCase(101)]
    public void Encode_QualityOutOfRange_Refused(int quality) =>
        Assert.That(() => GreyJpeg.Encode(new byte[64], 8, 8, quality), Throws.InstanceOf<ArgumentOutOfRangeException>());

    static byte[] Picture(string kind, int width, int height)
    {
        byte[] pixels = new byte[width * height];
        Random random = new(width * 31 + height);
        for (int y = 0, i = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, i++)
            {
                pixels[i] = kind switch
                {
                    "noise" => (byte)random.Next(256),
                    "flat" => 200,
                    "ramp" => (byte)(x + 2 * y),
                    "blobs" => (byte)(255 * Math.Exp(-(Math.Pow(x - width / 3.0, 2) + Math.Pow(y - height / 2.0, 2))
                        / (width * height / 40.0 + 1))),
                    "checks" => (byte)(((x ^ y) & 1) * 255),
                    _ => (byte)(i == pixels.Length / 2 ? 255 : 0),
                };
            }
        }
        return pixels;
    }

    static byte[] Skias(byte[] pixels, int width, int height, int quality)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (int y = 0; y < height; y++) System.Runtime.InteropServices.Marshal.Copy(pixels, y * width,
            bitmap.GetPixels() + y * bitmap.RowBytes, width);
        using SKPixmap map = bitmap.PeekPixels();
        using SKData data = map.Encode(new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample444,
            SKJpegEncoderAlphaOption.Ignore));
        return data.ToArray();
    }
}
