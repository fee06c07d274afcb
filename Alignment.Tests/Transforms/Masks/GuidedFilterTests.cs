using Alignment.Transforms.Masks;

namespace Alignment.Tests.Transforms.Masks;

public sealed class GuidedFilterTests
{
    static float[] Random(int seed, int n)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(_ => random.NextSingle())];
    }

    /// <summary>The paper's equations written out window by window, in double.</summary>
    static double[] Plain(float[] map, float[] guide, int width, int height, int radius, double epsilon)
    {
        double[] Mean(Func<int, double> value)
        {
            double[] made = new double[width * height];
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                {
                    double sum = 0;
                    int count = 0;
                    for (int v = Math.Max(0, y - radius); v <= Math.Min(height - 1, y + radius); v++)
                        for (int u = Math.Max(0, x - radius); u <= Math.Min(width - 1, x + radius); u++, count++)
                            sum += value(v * width + u);
                    made[y * width + x] = sum / count;
                }
            return made;
        }
        double[] meanGuide = Mean(i => guide[i]), meanMap = Mean(i => map[i]), squares = Mean(i => (double)guide[i] * guide[i]),
            products = Mean(i => (double)guide[i] * map[i]);
        double[] a = [.. meanGuide.Select((m, i) => (products[i] - m * meanMap[i]) / (squares[i] - m * m + epsilon))];
        double[] slope = Mean(i => a[i]), offset = Mean(i => meanMap[i] - a[i] * meanGuide[i]);
        return [.. guide.Select((g, i) => Math.Clamp(slope[i] * g + offset[i], 0, 1))];
    }

    [TestCase(13, 9, 2, 1e-3)]
    [TestCase(5, 17, 4, 1e-1)]
    [TestCase(3, 3, 7, 1e-2)]   // a window larger than the picture
    [TestCase(1, 1, 1, 1e-2)]
    public void Apply_RandomMaps_AgreesWithTheDefinition(int width, int height, int radius, double epsilon)
    {
        float[] map = Random(1, width * height), guide = Random(2, width * height);
        double[] expected = Plain(map, guide, width, height, radius, epsilon);
        GuidedFilter.Apply(map, guide, width, height, radius, epsilon);
        // variances of about 0.1 in float
        for (int i = 0; i < map.Length; i++) Assert.That(map[i], Is.EqualTo(expected[i]).Within(1e-4), $"at {i}");
    }

    [Test]
    public void Apply_BlurredMaskUnderASharpGuide_TakesTheGuidesEdge()
    {
        const int Width = 64, Height = 8;
        float[] guide = new float[Width * Height], map = new float[Width * Height];
        for (int i = 0; i < map.Length; i++)
        {
            int x = i % Width;
            guide[i] = x < 30 ? 0.2f : 0.8f;                                       // the edge is at 30
            map[i] = (float)(1 / (1 + Math.Exp(-(x - 33) / 3.0)));                 // the mask's, soft, at 33
        }
        GuidedFilter.Apply(map, guide, Width, Height, radius: 12, epsilon: 1e-4);
        float[] row = map[..Width];
        int steepest = Enumerable.Range(0, Width - 1).MaxBy(x => Math.Abs(row[x + 1] - row[x]));
        Assert.That(steepest, Is.EqualTo(29));
        Assert.That(row[30] - row[29], Is.GreaterThan(0.3));
    }
}
