using System.Buffers.Binary;
using System.Text;
using Alignment.Transforms.Images;
using SkiaSharp;

namespace Alignment.Tests.Transforms.Images;

public sealed class PictureFileTests
{
    TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Png_WrittenAndRead_IsTheSame()
    {
        var picture = Noise(37, 23);
        PictureFile.WritePng(_folder["a.png"], picture);
        Assert.That(PictureFile.ReadRgb8(_folder["a.png"]).Pixels, Is.EqualTo(picture.Pixels));
        using var skia = SKBitmap.Decode(_folder["a.png"]);
        Assert.That((skia.GetPixel(5, 7).Red, skia.GetPixel(5, 7).Green, skia.GetPixel(5, 7).Blue),
            Is.EqualTo((picture.Pixels[(7 * 37 + 5) * 3], picture.Pixels[(7 * 37 + 5) * 3 + 1], picture.Pixels[(7 * 37 + 5) * 3 + 2])),
            "others read it too");
    }

    [Test]
    public void Files_WrittenTwice_AreTheSameBytes()
    {
        var picture = Noise(40, 30);
        foreach (string name in new[] { "a", "b" })
        {
            PictureFile.WritePng(_folder[name + ".png"], picture);
            PictureFile.WriteJpeg(_folder[name + ".jpg"], picture);
        }
        Assert.That(File.ReadAllBytes(_folder["b.png"]), Is.EqualTo(File.ReadAllBytes(_folder["a.png"])));
        Assert.That(File.ReadAllBytes(_folder["b.jpg"]), Is.EqualTo(File.ReadAllBytes(_folder["a.jpg"])));
    }

    [Test]
    public void Jpeg_OfOneColour_KeepsItWithinOneLevelEvenAtEdges()
    {
        // Red beside blue: with subsampled chroma both would bleed into each other.
        byte[] pixels = new byte[3 * 32 * 32];
        for (int i = 0; i < 32 * 32; i++) pixels[3 * i + (i % 32 < 16 ? 0 : 2)] = 255;
        PictureFile.WriteJpeg(_folder["a.jpg"], new RgbPicture(32, 32, pixels), quality: 100);
        Assert.That(PictureFile.ReadRgb8(_folder["a.jpg"]).Pixels, Is.EqualTo(pixels).Within(3));
    }

    [Test]
    public void Jpeg_Grey_HasOneChannelAndItsValues()
    {
        byte[] grey = [.. Enumerable.Range(0, 64 * 16).Select(i => (byte)(i % 64 * 4))];
        PictureFile.WriteJpegGrey(_folder["a.jpg"], 64, 16, grey, quality: 100);
        var header = PictureFile.ReadHeader(_folder["a.jpg"]);
        Assert.That((header.Width, header.Height, header.Channels, header.Format), Is.EqualTo((64, 16, 1, PictureFormat.Jpeg)));
        float[] read = new float[64 * 16];
        PictureFile.ReadGrey(_folder["a.jpg"], 64, 16, read, full: 255f);
        Assert.That(read, Is.EqualTo(grey.Select(g => (float)g)).Within(1f));
    }

    // EXIF 2.32, tag 0x0112: the side of the upright picture where the stored first row lies, and the first column.
    [TestCase(1, "top", "left")]
    [TestCase(2, "top", "right")]
    [TestCase(3, "bottom", "right")]
    [TestCase(4, "bottom", "left")]
    [TestCase(5, "left", "top")]
    [TestCase(6, "right", "top")]
    [TestCase(7, "right", "bottom")]
    [TestCase(8, "left", "bottom")]
    public void Jpeg_WithOrientation_IsReadUpright(int orientation, string firstRow, string firstColumn)
    {
        const int Width = 48, Height = 32, Cell = 8;
        byte[] stored = new byte[Width * Height];
        for (int i = 0; i < stored.Length; i++) stored[i] = (byte)(10 * (i % Width / Cell + Width / Cell * (i / Width / Cell)));
        PictureFile.WriteJpegGrey(_folder["plain.jpg"], Width, Height, stored, quality: 100);
        File.WriteAllBytes(_folder["turned.jpg"], WithOrientation(File.ReadAllBytes(_folder["plain.jpg"]), orientation));

        bool sideways = firstRow is "left" or "right";
        var header = PictureFile.ReadHeader(_folder["turned.jpg"]);
        Assert.That((header.Width, header.Height, header.Orientation),
            Is.EqualTo(sideways ? (Height, Width, orientation) : (Width, Height, orientation)));
        float[] upright = PictureFile.ReadGrey(_folder["turned.jpg"]).Values;
        byte[] bytes = PictureFile.ReadRgb8(_folder["turned.jpg"]).Pixels;
        for (int y = Cell / 2; y < Height; y += Cell)
        {
            for (int x = Cell / 2; x < Width; x += Cell)
            {
                int across = 0, down = 0;
                Place(firstRow, y);
                Place(firstColumn, x);
                Assert.That(upright[down * header.Width + across] * 255f, Is.EqualTo(stored[y * Width + x]).Within(2), $"stored ({x},{y})");
                Assert.That(bytes[3 * (down * header.Width + across)], Is.EqualTo(stored[y * Width + x]).Within(2), $"stored ({x},{y})");

                void Place(string side, int from)
                {
                    if (side == "left") across = from;
                    else if (side == "right") across = header.Width - 1 - from;
                    else if (side == "top") down = from;
                    else down = header.Height - 1 - from;
                }
            }
        }
    }

    [Test]
    public void Jpeg_CutAnywhere_IsRefused()
    {
        PictureFile.WriteJpeg(_folder["whole.jpg"], Noise(64, 64));
        byte[] whole = File.ReadAllBytes(_folder["whole.jpg"]);
        foreach (double part in new[] { 0.01, 0.1, 0.3, 0.6, 0.9 })
        {
            File.WriteAllBytes(_folder["cut.jpg"], whole[..(int)(whole.Length * part)]);
            Assert.That(() => PictureFile.ReadRgb8(_folder["cut.jpg"]),
                Throws.TypeOf<BadDataException>().With.Message.Contains("cut.jpg").And.Message.Contains("early").Or.Message.Contains(
                "header"), $"{part}");
        }
    }

    [TestCase("", "an empty file")]
    [TestCase("hello, I am not a picture", "text")]
    [TestCase("hi", "text")]
    [TestCase("GIF89a and so on", "a GIF picture")]
    [TestCase("\u0001\u0002\0\0\0 binary", "content that is no picture")]
    public void File_OfAnotherKind_IsNamedAsWhatItIs(string content, string found)
    {
        File.WriteAllText(_folder["x.png"], content, new UTF8Encoding(false));
        foreach (var read in new Action[] { () => PictureFile.ReadHeader(_folder["x.png"]), () => PictureFile.ReadGrey(_folder["x.png"]) })
            Assert.That(read, Throws.TypeOf<BadDataException>().With.Message.Contains("x.png").And.Message.Contains("found " + found
                + ","));
    }

    [Test]
    public void File_OfTheOtherFormatsEnding_IsReadByItsContent()
    {
        PictureFile.WritePng(_folder["a.jpg"], Noise(8, 8));
        Assert.That(PictureFile.ReadHeader(_folder["a.jpg"]).Format, Is.EqualTo(PictureFormat.Png));
    }

    [Test]
    public void File_Absent_IsSaid() =>
        Assert.That(() => PictureFile.ReadHeader(_folder["no", "such.png"]),
        Throws.TypeOf<BadDataException>().With.Message.Contains("no file there"));

    [Test]
    public void Png_Of30000Squared_IsRefusedByItsHeader()
    {
        // Only signature and IHDR: nothing else is looked at.
        byte[] head = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 2,
            0, 0, 0];
        byte[] crc = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, ~Crc32.Update(Crc32.Start, head.AsSpan(12)));
        File.WriteAllBytes(_folder["huge.png"], [.. head, .. crc]);
        foreach (var read in new Action[] { () => PictureFile.ReadHeader(_folder["huge.png"]),
            () => PictureFile.ReadRgb8(_folder["huge.png"]) })
            Assert.That(read, Throws.TypeOf<BadDataException>().With.Message.Contains("30000x30000").And.Message.Contains(
                "100 megapixels"));
    }

    [Test]
    public void Picture_AboveTheLimitGiven_IsRefused()
    {
        PictureFile.WriteJpeg(_folder["a.jpg"], Noise(40, 30));
        Assert.That(() => PictureFile.ReadGrey(_folder["a.jpg"], new PictureLimits { MaxPixels = 1199 }),
            Throws.TypeOf<BadDataException>().With.Message.Contains("40x30"));
        Assert.That(() => PictureFile.ReadGrey(_folder["a.jpg"], new PictureLimits { MaxPixels = 1200 }), Throws.Nothing);
    }

    [Test]
    public void Crc32_OfCheckString_IsTheStandardsValue() => Assert.That(~Crc32.Update(Crc32.Start, "123456789"u8), Is.EqualTo(0xCBF43926));

    [TestCase(-1f, 0)]
    [TestCase(0f, 0)]
    [TestCase(0.5f, 128)]
    [TestCase(1f, 255)]
    [TestCase(7f, 255)]
    [TestCase(float.NaN, 0)]
    public void FromPlanes_RoundsAndClips(float value, int expected) =>
        Assert.That(RgbPicture.FromPlanes([value, value, value], 1, 1).Pixels, Is.All.EqualTo((byte)expected));

    static RgbPicture Noise(int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        new Random(5).NextBytes(pixels);
        return new RgbPicture(width, height, pixels);
    }

    /// <summary>The file with an EXIF block of one tag after its first marker.</summary>
    static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0,
            0];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }
}
