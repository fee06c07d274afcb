using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.Tests.MLNet.SceneDetection;

/// <summary>Pixel arithmetic against the definitions, written out one value at a time.</summary>
public sealed class FramePlanesTests
{
    /// <summary>OpenCV's tables of reciprocals, as its documentation of the 8-bit conversion implies: round(255·4096/v) and
    /// round(180·4096/(6·d)).</summary>
    [Test]
    public void Hsv_EveryMaximumAndDifference_IsTheTablesValue()
    {
        List<(byte B, byte G, byte R)> colours = [];
        for (int v = 0; v < 256; v++)
            for (int d = 0; d <= v; d++)
                for (int middle = v - d; middle <= v; middle += Math.Max(1, d / 3))
                {
                    byte max = (byte)v, min = (byte)(v - d), mid = (byte)middle;
                    colours.AddRange([(max, mid, min), (max, min, mid), (mid, max, min), (min, max, mid), (mid, min, max),
                        (min, mid, max)]);
                }
        int n = colours.Count;
        byte[] b = new byte[n + FrameShrink.Slack], g = new byte[n + FrameShrink.Slack], r = new byte[n + FrameShrink.Slack];
        for (int i = 0; i < n; i++) (b[i], g[i], r[i]) = colours[i];
        var planes = new HsvPlanes(n);
        planes.Convert(b, g, r);
        for (int i = 0; i < n; i++)
        {
            var (h, s, v) = Reference(b[i], g[i], r[i]);
            if ((planes.Hue[i], planes.Saturation[i], planes.Value[i]) != (h, s, v))
                Assert.Fail($"B {b[i]} G {g[i]} R {r[i]}: {planes.Hue[i]} {planes.Saturation[i]} {planes.Value[i]}, expected {h} {s} {v}.");
        }
    }

    static (byte, byte, byte) Reference(int b, int g, int r)
    {
        int v = Math.Max(b, Math.Max(g, r)), d = v - Math.Min(b, Math.Min(g, r));
        long saturation = v == 0 ? 0 : (long)Math.Round(255m * 4096 / v, MidpointRounding.ToEven),
            hue = d == 0 ? 0 : (long)Math.Round(180m * 4096 / (6m * d), MidpointRounding.ToEven);
        int sector = v == r ? g - b : v == g ? b - r + 2 * d : r - g + 4 * d;
        long h = (sector * hue + 2048) >> 12;
        return ((byte)(h < 0 ? h + 180 : h), (byte)((d * saturation + 2048) >> 12), (byte)v);
    }

    // Sizes with and without shrinking, whole and broken factors, and rows too long for the shuffled reading.
    [TestCase(640, 360)]
    [TestCase(256, 144)]
    [TestCase(300, 200)]
    [TestCase(192, 108)]
    [TestCase(1920, 1080)]
    [TestCase(35, 20)]
    [TestCase(17, 2)]
    public void Shrink_RandomYuv_IsTheDefinitionsValue(int width, int height)
    {
        var random = new Random(width * 7919 + height);
        long bytes = FrameShrink.FrameBytes(width, height, FrameLayout.Yuv420);
        byte[] frame = new byte[bytes + FrameShrink.Slack];
        random.NextBytes(frame);
        var matrix = YuvMatrix.Of("bt709", fullRange: false);
        var shrink = new FrameShrink(width, height, FrameLayout.Yuv420, matrix);
        shrink.Shrink(frame);

        // The same picture as bgr24, one pixel after the other, through the path for that layout …
        byte[] bgr = new byte[3 * width * height + FrameShrink.Slack];
        int chromaWidth = (width + 1) / 2, chromaSize = chromaWidth * ((height + 1) / 2);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = width * height + y / 2 * chromaWidth + x / 2, luma = ((frame[y * width + x] * 8 - 128) * 9539) >> 16,
                    u = frame[at] * 8 - 1024, v = frame[at + chromaSize] * 8 - 1024, to = 3 * (y * width + x);
                // BT.709 at studio range: coefficients × 8192.
                bgr[to] = Byte(luma + ((u * 17305) >> 16));
                bgr[to + 1] = Byte(luma + ((u * -1747) >> 16) + ((v * -4366) >> 16));
                bgr[to + 2] = Byte(luma + ((v * 14686) >> 16));
            }
        }
        var plain = new FrameShrink(width, height, FrameLayout.Bgr24, default);
        plain.Shrink(bgr);
        int n = shrink.Width * shrink.Height;
        Assert.That(shrink.Blue.AsSpan(0, n).SequenceEqual(plain.Blue.AsSpan(0, n))
            && shrink.Green.AsSpan(0, n).SequenceEqual(plain.Green.AsSpan(0, n))
            && shrink.Red.AsSpan(0, n).SequenceEqual(plain.Red.AsSpan(0, n)));
        // … and where nothing is shrunk, that is the picture itself.
        if (width < FrameShrink.ComparedWidth) Assert.That(Enumerable.Range(0, n)
            .All(i => plain.Blue[i] == bgr[3 * i] && plain.Red[i] == bgr[3 * i + 2]));

        static byte Byte(int value) => (byte)Math.Clamp(value, 0, 255);
    }

    [Test]
    public void Sums_OddLengths_AreTheBytesSums()
    {
        var random = new Random(5);
        foreach (int n in new[] { 0, 1, 31, 32, 33, 1000 })
        {
            byte[] a = new byte[n], b = new byte[n];
            random.NextBytes(a);
            random.NextBytes(b);
            Assert.That(Lanes.Sum(a), Is.EqualTo(a.Sum(v => (long)v)));
            Assert.That(Lanes.AbsoluteDifference(a, b), Is.EqualTo(a.Zip(b, (x, y) => (long)Math.Abs(x - y)).Sum()));
        }
    }
}
