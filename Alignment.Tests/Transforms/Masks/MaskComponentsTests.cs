using Alignment.Transforms.Masks;

namespace Alignment.Tests.Transforms.Masks;

public sealed class MaskComponentsTests
{
    static float[] Read(params string[] rows) => [.. string.Concat(rows).Select(c => c == '#' ? 1f : 0f)];

    [Test]
    public void Count_PiecesThatMeetLateOrAtACorner_AreOne()
    {
        string[] rows =
        [
            "#.#....#",
            "#.#...#.",
            "###....#",
            "........",
            "#......#",
        ];
        Assert.That(MaskComponents.Count(Read(rows), 8, 5), Is.EqualTo(4));
        Assert.That(MaskComponents.Count(new float[40], 8, 5), Is.Zero);
        Assert.That(MaskComponents.Count([.. Enumerable.Repeat(1f, 40)], 8, 5), Is.EqualTo(1));
    }

    [Test]
    public void Keep_Largest_LeavesThemAsTheyWere()
    {
        float[] mask = Read("##..#", "....#", "#...#", "##.##");
        Assert.That(MaskComponents.Keep(mask, 5, 4, largest: 1), Is.EqualTo(3));
        Assert.That(mask, Is.EqualTo(Read("....#", "....#", "....#", "...##")));
        // Of equally large ones the first.
        float[] same = Read("#.#.#");
        MaskComponents.Keep(same, 5, 1, largest: 2);
        Assert.That(same, Is.EqualTo(Read("#.#..")));
    }

    [Test]
    public void Count_RandomMasks_AgreesWithFilling([Values(1, 2, 3, 4, 5, 6)] int seed)
    {
        var random = new Random(seed);
        int width = 3 + seed * 4, height = 31 - seed * 4;
        float[] mask = [.. Enumerable.Range(0, width * height).Select(_ => random.NextSingle() < 0.4f ? 1f : 0f)];
        Assert.That(MaskComponents.Count(mask, width, height), Is.EqualTo(Fill(mask, width, height).Count));
        int largest = Fill(mask, width, height).Max();
        MaskComponents.Keep(mask, width, height, 1);
        Assert.That(mask.Sum(), Is.EqualTo(largest));
    }

    /// <summary>The sizes of the pieces, by filling each from its first pixel.</summary>
    static List<int> Fill(float[] mask, int width, int height)
    {
        bool[] seen = new bool[mask.Length];
        var sizes = new List<int>();
        for (int start = 0; start < mask.Length; start++)
        {
            if (mask[start] == 0 || seen[start]) continue;
            var open = new Stack<int>([start]);
            seen[start] = true;
            int size = 0;
            while (open.TryPop(out int at))
            {
                size++;
                for (int dy = -1; dy <= 1; dy++)
                    for (int dx = -1; dx <= 1; dx++)
                    {
                        int x = at % width + dx, y = at / width + dy;
                        if (x < 0 || x >= width || y < 0 || y >= height || seen[y * width + x] || mask[y * width + x] == 0) continue;
                        seen[y * width + x] = true;
                        open.Push(y * width + x);
                    }
            }
            sizes.Add(size);
        }
        return sizes;
    }
}
