using System.Buffers.Binary;
using System.IO.Compression;
using Alignment.Transforms.Images;
using SkiaSharp;

namespace Alignment.Tests.Transforms.Images;

/// <summary>The PNG reader against libpng (in Skia): kinds of PNG the shared pictures do not have, and damaged ones.</summary>
public sealed class PngReaderTests
{
    // 13x11 test patterns of ffmpeg's encoder; all but the last interlaced.
    static readonly TestCaseData[] s_ffmpeg =
    [
        new TestCaseData(
            "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKAQAAAAHfULLBAAAACXBIWXMAAAABAAAAAQBPJcTWAAAAI0lEQVR4nGNgAIIGIGQAYxAQYEhggIEYBo"
            + "ZQBgYXBoYQEAkAT8gDfl5uExUAAAAASUVORK5CYII=")
            .SetArgDisplayNames("grey 1 bit, interlaced"),
        new TestCaseData(
            "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAQAAAFdIkfnAAAACXBIWXMAAAABAAAAAQBPJcTWAAAAjUlEQVR4nFWPsQ3CMBBFny0k+qSmpGMDNo"
            + "i8gwdIkwVSUdDSkD0omCN12tTscHwfFPZJT3enf/9bDslORHgRdotvQrIPO2GxOwuc7WgXkw5j0TZ6VtFxwOshnkUZSFzF0J5Fqmo8vmQmnc3F"
            + "g6woAMX8etld2DT0Yv33TjTBdVVC9qdQ/lgLWUw+3fxfX/9MJIBi8O6HAAAAAElFTkSuQmCC")
            .SetArgDisplayNames("grey and alpha, interlaced"),
        new TestCaseData(
            "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAYAAAH3K49sAAAACXBIWXMAAAABAAAAAQBPJcTWAAAA5ElEQVR4nHWQMU4DMRBFn3fpcgEOwA2Q6O"
            + "zdNDkAHSW3oCIiF8hZaOgTn4ETRDkATSQQtpkZG62SaKewR9/75v9Zl6A45NTG44tLidK5DTiVRg9EjyNT6LJ9fsMoqh4DdLTKy31l+oAMEiwG"
            + "vFAxKNLq9hsOmxOL3x8ePo6NkLlJiF4a8yldI8RjLLUZ5IHBTYaXNethyxEoea0zgi2qvZkroQG0Uql334Rcny3QmUX9A//hJmFogAY1cC7sXF"
            + "0BuszL08oWemTPPZH31y+2zyN3p0+mHUIF8rJNequCb5F262j3HwknYOIZtxYXAAAAAElFTkSuQmCC")
            .SetArgDisplayNames("RGBA, interlaced"),
        new TestCaseData(
            "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKEAAAAAGC0AzzAAAACXBIWXMAAAABAAAAAQBPJcTWAAAAt0lEQVR4nGP0Xi8rw8TAsPEK48OHzOpvGb"
            + "3XvzF9tJtxmnH7q2lGDKrObP90HIDyDAzZskC5W1OEFp6XEl4ovJCFAQwmxjMwTGUAyni3eK+zsfFe590CVN0vEMb88uHGK5UfmRiQAIoeMCeh"
            + "Mh9oVt0+oAEMDN4tQLyOgcHGBkKD+GBV/QIMDAuZGRhePgQ6dCEDw5GPDAwoBiMDJImESpBVDAx1+7JlkSQSKhkY8heCWE1OIH8BAGlFN6u2RK"
            + "bHAAAAAElFTkSuQmCC")
            .SetArgDisplayNames("grey 16 bits, interlaced"),
        new TestCaseData(
            "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKEAIAAAEo2cR4AAAACXBIWXMAAAABAAAAAQBPJcTWAAABK0lEQVR4nI1SO67CMBDcjdNxAWqugOiC4y"
            + "BxATpKbkFFFFFzGBp6gq/ABZA4AAVIfGzjzWIMTw8pI0VZbya7MyPj4wEeiAC+4kOW0YPGWAuQAFSVJ/AnpaSkd117AgARPCUxhmrEFCDPoUFR"
            + "ENu5BD5gTFHsdq9ZaTocNov8IK3rWkpabK3WUjajIrrd6xXgcFguz+dO536/3QaDzeZ4fE8iISQCQAiSQ7VzQlibJO9JJC3PaR0LpDP9qBTil8"
            + "xfaKXpFSIAuTOmLPnE7rKMOxhIUX5IKPbZSuw7F/pk6x9JMf1Po8FuZMR1ZJ2rVgG0wc9BHNh8Pp2OxxzbZEI3qd9H1Hq9XixOp9VqNlOq17tc"
            + "9vs/GVGcDGNGo1ALUVV8JfneBmvbbVlqzfUTHHuZger82M0AAAAASUVORK5CYII=")
            .SetArgDisplayNames("RGB 16 bits, interlaced"),
        new TestCaseData(
            "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKEAYAAADQvGO5AAAACXBIWXMAAAABAAAAAQBPJcTWAAABgklEQVR4nGP8V8wABP//M0ABUy+CjSoDAY"
            + "xAgCyGKY8qwsKABsRSPzKJiyL4vx24XnNJI2k4zCJ+7xKC/3Ie92suGQRf6sbXMN6peCx4NTtx5cvXCL5n0+ddDEj8P7Z/XnYFI/gFdz4yfLRB"
            + "8J+pRNR82YnHAs6bzy9wWSD4P2eyxjGLI/hM+Yycp5wR/Ls6qPJcfe8YWK3xWPB9C3vntz1IAvcY9zMWIrj/Nvy3ll6C4LMq/5r51xfB/1bE9v"
            + "FHHB4L0AH7pL+L/s9G8EV2MKiel0TwBdQYjBijEHwOlr8bJZDUE7Zgy7+vyPzDoa0phvxIFrD/zP0ugeBrW+zxefoMwWciZIH8yW8qILrONWyB"
            + "iTZCPH9O9ZwtNxgYmuya7fZyI8Rn8ccuMO1jYNB//6n+xjxgssXIB1L2zAxfEBreJroVCaxE8NWlqru5axB8M0dgEB1BsmBtuzPjLwSfYBAJCf"
            + "5o/pCM4L/5wXDexgzB/3CLYc/fZQi+NOc3oe21CD4AkteFYl9XdvoAAAAASUVORK5CYII=")
            .SetArgDisplayNames("RGBA 16 bits"),
    ];

    // Greys of few bits and small palettes, which ffmpeg does not write: 5 pixels a row, one row of each kind.
    static readonly object[] s_packed =
    [
        new object[] { 1, 0, new byte[] { 0b10110_000 } },
        new object[] { 2, 0, new byte[] { 0b00_01_10_11, 0b10_000000 } },
        new object[] { 4, 0, new byte[] { 0x0F, 0x73, 0xA0 } },
        new object[] { 1, 3, new byte[] { 0b01101_000 } },
        new object[] { 2, 3, new byte[] { 0b00_01_10_11, 0b01_000000 } },
        new object[] { 4, 3, new byte[] { 0x01, 0x23, 0x10 } },
    ];

    [TestCaseSource(nameof(s_ffmpeg))]
    public void Png_OfAnyKind_ReadsAsLibpngReadsIt(string base64) => AssertLikeSkia(Convert.FromBase64String(base64));

    [TestCaseSource(nameof(s_packed))]
    public void Png_OfFewBits_ReadsAsLibpngReadsIt(int depth, int type, byte[] row) =>
        AssertLikeSkia(Png(5, 1, depth, type, [0, .. row],
        palette: type == 3 ? [10, 20, 30, 40, 50, 60, 70, 80, 90, 200, 210, 220] : null));

    [Test]
    public void Grey16_KeepsEveryValue()
    {
        ushort[] values = [0, 1, 256, 32767, 65534, 65535];
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["a.png"], PngWriter.Grey16(values, 3, 2));
        Assert.That(PictureFile.ReadGrey(folder["a.png"]).Values, Is.EqualTo(values.Select(v => v / 65535f)));
    }

    // Everything that can be wrong in the bytes after a correct signature.
    static IEnumerable<TestCaseData> Damaged()
    {
        byte[] good = Png(4, 4, 8, 0, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
        for (int cut = 8; cut < good.Length; cut += 7) yield return Case($"cut after {cut} bytes", good[..cut]);
        byte[] flipped = [.. good];
        flipped[45] ^= 0x10;
        yield return Case("a flipped bit", flipped);
        yield return Case("too few rows", Png(4, 4, 8, 0, [0, 1, 2, 3, 4]));
        yield return Case("filter 9", Png(4, 1, 8, 0, [9, 1, 2, 3, 4]));
        yield return Case("depth 3", Png(4, 1, 3, 0, [0, 1, 2]));
        yield return Case("RGB of 4 bits", Png(1, 1, 4, 2, [0, 1, 2]));
        yield return Case("index beyond the palette", Png(4, 1, 8, 3, [0, 0, 1, 2, 3], palette: [1, 2, 3]));
        yield return Case("no palette", Png(4, 1, 8, 3, [0, 0, 0, 0, 0]));
        yield return Case("palette of 4 bytes", Png(4, 1, 8, 3, [0, 0, 0, 0, 0], palette: [1, 2, 3, 4]));
        yield return Case("width 0", Png(0, 1, 8, 0, [0]));
        yield return Case("not zlib", Png(4, 1, 8, 0, [0, 1, 2, 3, 4], packed: [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        static TestCaseData Case(string what, byte[] bytes) => new TestCaseData(bytes).SetArgDisplayNames(what);
    }

    [TestCaseSource(nameof(Damaged))]
    public void Png_Damaged_IsRefusedByName(byte[] bytes)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["broken.png"], bytes);
        Assert.That(() => PictureFile.ReadGrey(folder["broken.png"]),
            Throws.TypeOf<BadDataException>().With.Message.Contains("broken.png"));
    }

    [Test]
    public void Png_OfLargeHeaderAndLittleData_IsRefusedBeforeMemoryIsTaken()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["bomb.png"], Png(9000, 9000, 16, 2, [0, 0, 0]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => PictureFile.ReadRgb8(folder["bomb.png"]), Throws.TypeOf<BadDataException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4_000_000));
    }

    static void AssertLikeSkia(byte[] png)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["a.png"], png);
        var picture = PictureFile.ReadRgb8(folder["a.png"]);
        using var codec = SKCodec.Create(new SKMemoryStream(png));
        using var bitmap = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        Assert.That(codec.GetPixels(bitmap.Info, bitmap.GetPixels()), Is.EqualTo(SKCodecResult.Success));
        byte[] expected = [.. bitmap.Bytes.Where((_, i) => i % 4 != 3)];
        Assert.That((picture.Width, picture.Height), Is.EqualTo((bitmap.Width, bitmap.Height)));
        Assert.That(picture.Pixels, Is.EqualTo(expected).Within(PictureFile.ReadHeader(folder["a.png"]).BitsPerChannel == 16 ? 1 : 0),
            "16 bits are rounded here and cut there");
    }

    /// <summary>A PNG put together by hand; rows begin with their filter.</summary>
    static byte[] Png(int width, int height, int depth, int type, byte[] rows, byte[]? palette = null, byte[]? packed = null)
    {
        using var to = new MemoryStream();
        to.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = ((byte)depth, (byte)type);
        Chunk("IHDR"u8, head);
        if (palette is not null) Chunk("PLTE"u8, palette);
        using var idat = new MemoryStream();
        using (var zlib = new ZLibStream(idat, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(rows);
        Chunk("IDAT"u8, packed ?? idat.ToArray());
        Chunk("IEND"u8, []);
        return to.ToArray();

        void Chunk(ReadOnlySpan<byte> name, byte[] data)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(four, data.Length);
            to.Write(four);
            to.Write(name);
            to.Write(data);
            BinaryPrimitives.WriteUInt32BigEndian(four, ~Crc32.Update(Crc32.Update(Crc32.Start, name), data));
            to.Write(four);
        }
    }
}
