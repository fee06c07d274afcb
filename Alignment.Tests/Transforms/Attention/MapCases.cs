namespace Alignment.Tests.Transforms.Attention;

/// <summary>Seeded maps for property tests.</summary>
static class MapCases
{
    /// <summary>Noise for attention and a mask that covers about a third.</summary>
    public static (float[] Attention, float[] Mask) Random(int seed, int width, int height, bool soft = false, float brightest = 1f)
    {
        var random = new Random(seed);
        float[] attention = new float[width * height], mask = new float[width * height];
        for (int i = 0; i < attention.Length; i++)
        {
            attention[i] = random.NextSingle() * brightest;
            mask[i] = random.NextSingle() < 1 / 3f ? soft ? random.NextSingle() : 1 : 0;
        }
        return (attention, mask);
    }

    /// <summary>A few soft spots on a faint ground, and one solid product: what a scene looks like.</summary>
    public static (float[] Attention, float[] Mask) Scene(int seed, int width, int height, double productShare = 0.06)
    {
        var random = new Random(seed);
        double productRadius = Math.Sqrt(productShare * width * height / Math.PI);
        double px = Between(random, productRadius, width - productRadius), py = Between(random, productRadius, height - productRadius);
        var spots = new (double X, double Y, double Radius, double Peak)[5];
        for (int s = 0; s < spots.Length; s++)
            spots[s] = s == 0 ? (px, py, productRadius, 0.8)
                : (random.NextDouble() * width, random.NextDouble() * height, Between(random, width / 20.0, width / 8.0),
                Between(random, 0.2, 0.9));
        float[] attention = new float[width * height], mask = new float[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double a = 0.01;
                foreach (var (sx, sy, r, peak) in spots) a += peak * Math.Exp(-((x - sx) * (x - sx) + (y - sy) * (y - sy)) / (2 * r * r));
                attention[y * width + x] = (float)Math.Min(1, a);
                mask[y * width + x] = (x - px) * (x - px) + (y - py) * (y - py) <= productRadius * productRadius ? 1 : 0;
            }
        }
        return (attention, mask);
    }

    static double Between(Random random, double low, double high) => low + random.NextDouble() * (high - low);
}
