using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Transforms.Images;

/// <summary>What is computed several pixels at a time is, bit for bit, what one at a time gives: sums in one order, no fused
/// operations.</summary>
public sealed class RowResizeTests
{
    const int Seed = 5;

    [TestCase(1280, 720, 512, 512)]
    [TestCase(640, 360, 512, 512)]
    [TestCase(37, 23, 16, 9)]
    [TestCase(37, 23, 61, 40)]
    [TestCase(2000, 3, 15, 5)]
    [TestCase(1, 1, 9, 3)]
    [TestCase(2, 9, 1, 6)]
    public void Interleaved_AnySize_IsBitForBitOneAtATime(int width, int height, int toWidth, int toHeight)
    {
        byte[] bytes = new byte[3 * width * height];
        new Random(Seed).NextBytes(bytes);
        float[] floats = [.. bytes.Take(width * height).Select(b => b / 255f)];
        Same(bytes, 3, false, 255f);
        Same(bytes, 3, true, 255f);
        Same<byte>(bytes.AsSpan(0, width * height).ToArray(), 1, false, 1f);
        Same(floats, 1, false, 1f);
        Same<ushort>([.. bytes.Take(3 * width * height).Select(b => (ushort)(b * 255 + 7))], 3, false, 65535f);

        void Same<T>(T[] from, int channels, bool grey, float divisor) where T : unmanaged, System.Numerics.INumber<T>
        {
            foreach (ResizeFilter filter in Enum.GetValues<ResizeFilter>())
            {
                float[] made = new float[(grey ? 1 : channels) * toWidth * toHeight];
                PictureResize.Interleaved<T>(from, channels, height, width, divisor, grey, made, toHeight, toWidth, filter);
                float white = typeof(T) == typeof(byte) ? 255 / divisor : typeof(T) == typeof(ushort) ? 65535 / divisor
                    : float.PositiveInfinity;
                float[] expected = OneAtATime(Array.ConvertAll(from, v => float.CreateTruncating(v)), white, channels, width, height,
                    divisor, grey, toWidth, toHeight, filter);
                Assert.That(made.AsSpan().SequenceEqual(expected), $"{channels} channels, grey {grey}, {filter}");
            }
        }
    }

    static float[] OneAtATime(float[] from, float white, int channels, int width, int height, float divisor, bool grey, int toWidth,
        int toHeight, ResizeFilter filter)
    {
        AxisWeights down = AxisWeights.Of(height, toHeight, filter), across = AxisWeights.Of(width, toWidth, filter);
        int planes = grey ? 1 : channels;
        float[] made = new float[planes * toWidth * toHeight], row = new float[width * channels];
        for (int y = 0; y < toHeight; y++)
        {
            for (int x = 0; x < row.Length; x++)
            {
                row[x] = 0;
                for (int k = 0; k < down.Weights(y).Length; k++) row[x] += from[(down.First(y) + k) * row.Length + x] * down.Weights(y)[k];
            }
            for (int c = 0; c < planes; c++)
                for (int x = 0; x < toWidth; x++)
                {
                    float sum = 0;
                    for (int k = 0; k < across.Weights(x).Length; k++)
                    {
                        int at = (across.First(x) + k) * channels;
                        sum += across.Weights(x)[k] * (grey ? 0.299f * row[at] + 0.587f * row[at + 1] + 0.114f * row[at + 2] : row[at + c]);
                    }
                    made[(c * toHeight + y) * toWidth + x] = Math.Min(sum / divisor, white);
                }
        }
        return made;
    }

    [Test]
    public void AttentionSums_AnyLength_AreBitForBitOneAtATime([Values(0, 1, 7, 8, 9, 511, 4096)] int length)
    {
        var random = new Random(Seed);
        float[] a = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle())],
            m = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() < 0.3f ? 1f : random.NextSingle())];
        double[] lanes = new double[4], products = new double[4];
        for (int i = 0; i < length; i++)
        {
            int lane = i < length / 4 * 4 ? i % 4 : 0;
            lanes[lane] += a[i];
            products[lane] += (double)a[i] * m[i];
        }
        Assert.That(AttentionMaps.Sum(a), Is.EqualTo(lanes[0] + lanes[1] + (lanes[2] + lanes[3])));
        Assert.That(AttentionMaps.Dot(a, m), Is.EqualTo(products[0] + products[1] + (products[2] + products[3])));

        foreach (double alpha in new[] { 0, 0.5, 1.5, 40, 1e101 })
        {
            float[] made = new float[length];
            AttentionBalance balance = AttentionChange.Apply(a, m, alpha, preserveMass: false, made);
            double before = AttentionMaps.Sum(a), unit = alpha > 1e100 ? alpha : 1;
            double[] changed = new double[length], sums = new double[4];
            for (int i = 0; i < length; i++) sums[i < length / 4 * 4 ? i % 4 : 0] += changed[i] = a[i] * (1 - (double)m[i]) / unit
                + alpha / unit * a[i] * m[i];
            double sum = sums[0] + sums[1] + (sums[2] + sums[3]);
            // All of it on a product that is to have none: there is nothing to scale, and the map stays.
            float[] expected = sum == 0 ? a : [.. changed.Select(v => (float)Math.Min(1, v * (before / sum)))];
            Assert.That(made.AsSpan().SequenceEqual(expected), $"alpha {alpha}");
            if (sum > 0) Assert.That(balance.Clipped, Is.EqualTo(changed.Count(v => v * (before / sum) > 1)));
        }
    }

    [Test]
    public void AttentionCheck_OneBadValueAnywhere_IsNamed([Values(0, 7, 8, 100, 1022)] int at,
        [Values(-0.001f, 1.001f, float.NaN, float.PositiveInfinity)] float bad)
    {
        float[] a = new float[1023], m = new float[1023];
        a.AsSpan().Fill(1f);
        Assert.That(() => AttentionScore.Of(a, m), Throws.Nothing);
        a[at] = bad;
        Assert.That(() => AttentionScore.Of(a, m),
            Throws.ArgumentException.With.Message.Contains(FormattableString.Invariant($"at pixel {at}")));
    }

    [Test]
    public void Grey_EveryLevel_RoundsHalvesUp([Values(1, 31, 32, 33, 1000)] int length)
    {
        var random = new Random(Seed);
        float[] a = [.. Enumerable.Range(0, length).Select(i => i % 3 == 0 ? (i % 256 + 0.5f) / 256 : random.NextSingle()), 0f, 1f];
        byte[] grey = new byte[a.Length];
        VariantWriter.Grey(a, grey);
        Assert.That(grey, Is.EqualTo(a.Select(v => (byte)(v * 255f + 0.5f)).ToArray()));
    }
}
