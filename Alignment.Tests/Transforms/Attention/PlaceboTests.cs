using System.Diagnostics;
using Alignment.Transforms.Attention;

namespace Alignment.Tests.Transforms.Attention;

public sealed class PlaceboTests
{
    [Test]
    public void Placebo_SeededScenes_MovesOnlyBackgroundAndKeepsTotals([Range(0, 29)] int seed, [Values(1.5, 0.5, 4.0)] double alpha)
    {
        int width = 60 + seed, height = 48;
        var (attention, mask) = MapCases.Scene(seed, width, height);
        PlaceboPlacement place = PlaceboRegion.Find(attention, mask, width, height, seed: 7, $"v-Scene-{seed:000}");
        float[] made = new float[attention.Length];
        PlaceboBalance balance = PlaceboChange.Apply(attention, mask, width, height, place, alpha, made);

        Assert.That(place.IsWhole, $"{place}");
        int changed = 0, regionPixels = 0;
        for (int i = 0; i < made.Length; i++)
        {
            Assert.That(made[i], Is.InRange(0f, 1f));
            if (mask[i] > 0) Assert.That(made[i], Is.EqualTo(attention[i]), "the product keeps its attention bit for bit");
            else if (Math.Abs(made[i] - attention[i]) > 1e-6 * attention[i]) changed++;
            int x = i % width - place.Dx, y = i / width - place.Dy;
            bool region = x >= 0 && x < width && y >= 0 && y < height && mask[y * width + x] > 0;
            if (!region) continue;
            regionPixels++;
            Assert.That(mask[i], Is.Zero, "the region does not touch the product");
            if (balance.Strength == 1) Assert.That(made[i], Is.EqualTo(Math.Min(1, alpha * attention[i])).Within(1e-6));
        }
        Assert.Multiple(() =>
        {
            Assert.That(regionPixels, Is.EqualTo(mask.Count(m => m > 0)), "size and shape of the product");
            Assert.That(balance.After, Is.EqualTo(balance.Before).Within(1e-6 * balance.Before));
            Assert.That(changed, Is.GreaterThan(regionPixels / 2), "the background really changes");
            Assert.That(balance.Moved, Is.Positive);
        });
    }

    [Test]
    public void Placebo_RegionThatWouldExceedOne_LosesNothing()
    {
        // Left pixel product; the region (shift 1) holds 0.9 and can gain only 0.1; the two others pay 0.05 each by ratio.
        float[] attention = [0.8f, 0.9f, 0.4f, 0.4f], mask = [1, 0, 0, 0], made = new float[4];
        PlaceboBalance balance = PlaceboChange.Apply(attention, mask, 4, 1, new(1, 0, 1, 0.8, 0.9), 1.5, made);
        Assert.That(made, Is.EqualTo(new[] { 0.8f, 1f, 0.35f, 0.35f }).Within(1e-6));
        Assert.That(balance.Strength, Is.EqualTo(1));
    }

    [Test]
    public void Placebo_RestThatCannotPay_ScalesTheChangeDown()
    {
        // × 3 would gain 0.6, but the rest has only 0.2 to give.
        float[] attention = [0.5f, 0.3f, 0.1f, 0.1f], mask = [1, 0, 0, 0], made = new float[4];
        PlaceboBalance balance = PlaceboChange.Apply(attention, mask, 4, 1, new(1, 0, 1, 0.5, 0.3), 3, made);
        Assert.That(made, Is.EqualTo(new[] { 0.5f, 0.5f, 0f, 0f }).Within(1e-6));
        Assert.That(balance.Strength, Is.EqualTo(1 / 3.0).Within(1e-6));
        Assert.That(balance.After, Is.EqualTo(balance.Before).Within(1e-6));
    }

    [Test]
    public void Placebo_RestThatReceives_IsFilledUpWithoutLoss()
    {
        // × 0 frees 0.4; the rest (0.9 and 0.3) would take 0.3 and 0.1, but the first has room for 0.1 only.
        float[] attention = [0.5f, 0.4f, 0.9f, 0.3f], mask = [1, 0, 0, 0], made = new float[4];
        PlaceboChange.Apply(attention, mask, 4, 1, new(1, 0, 1, 0.5, 0.4), 0, made);
        Assert.That(made, Is.EqualTo(new[] { 0.5f, 0f, 1f, 0.6f }).Within(1e-6));
    }

    [Test]
    public void Find_TwoFreePlaces_TakesTheOneWatchedAsMuchAsTheProduct()
    {
        // Product in the middle; a strong spot left, one like the product right.
        const int width = 90, height = 30;
        float[] attention = new float[width * height], mask = new float[width * height];
        Array.Fill(attention, 0.01f);
        Fill(attention, width, 40, 10, 0.5f);
        Fill(attention, width, 5, 10, 0.95f);
        Fill(attention, width, 75, 10, 0.5f);
        Fill(mask, width, 40, 10, 1f);
        PlaceboPlacement place = PlaceboRegion.Find(attention, mask, width, height, 1, "a");
        Assert.That(place.IsWhole);
        Assert.That(place.RegionAttention, Is.EqualTo(place.ProductAttention).Within(0.1 * place.ProductAttention));
    }

    [Test]
    public void Find_FewPlacesOfMany_AreFoundByTryingEverything()
    {
        // Two lit pixels far from a 4x4 product: 32 of 38,800 places have attention, more than the draws can be relied on to hit.
        const int width = 200, height = 200;
        float[] attention = new float[width * height], mask = new float[width * height];
        for (int y = 0; y < 4; y++) mask.AsSpan(y * width, 4).Fill(1f);
        attention[0] = 0.9f;
        attention[50 * width + 120] = 0.3f;
        attention[150 * width + 70] = 0.3f;
        PlaceboPlacement place = PlaceboRegion.Find(attention, mask, width, height, 1, "a");
        Assert.That(place.IsWhole);
        Assert.That(place.RegionAttention, Is.EqualTo(0.3).Within(1e-6));
    }

    [Test]
    public void Find_NoWholePlace_TakesTheLargestPartThatSomeoneCanPayFor()
    {
        // The product fills the left 3/4 evenly lit; of the 16 x 16 background at most 170 pixels may be taken,
        // and the largest rectangle of so many is 13 x 13 of the product's 768.
        const int width = 64, height = 16;
        float[] attention = new float[width * height], mask = new float[width * height];
        Array.Fill(attention, 0.25f);
        for (int i = 0; i < mask.Length; i++) mask[i] = i % width < 48 ? 1 : 0;
        PlaceboPlacement place = PlaceboRegion.Find(attention, mask, width, height, 1, "a");
        Assert.That(place.Coverage, Is.EqualTo(169 / 768.0).Within(1e-9));
        float[] made = new float[attention.Length];
        PlaceboBalance balance = PlaceboChange.Apply(attention, mask, width, height, place, 1.5, made);
        Assert.That(balance.Strength, Is.EqualTo(1));
        Assert.That(balance.Moved, Is.EqualTo(169 * 0.125).Within(1e-6));
    }

    [Test]
    public void Find_MatchThatIsSaturated_TakesAPlaceThatCanChange()
    {
        // The background's one spot like the product is at 1 and cannot be boosted; another, fainter one can.
        const int width = 90, height = 30;
        float[] attention = new float[width * height], mask = new float[width * height], made = new float[width * height];
        Fill(attention, width, 40, 10, 1f);
        Fill(attention, width, 5, 10, 1f);
        Fill(attention, width, 75, 10, 0.6f);
        Fill(mask, width, 40, 10, 1f);
        PlaceboPlacement place = PlaceboRegion.Find(attention, mask, width, height, 1, "a");
        PlaceboBalance balance = PlaceboChange.Apply(attention, mask, width, height, place, 1.5, made);
        Assert.That(place.IsWhole);
        Assert.That(balance.Moved, Is.GreaterThan(0));
        Assert.That(made, Is.Not.EqualTo(attention));
    }

    [Test, Pairwise]
    public void Placebo_AwkwardFullSizeMaps_HoldEveryPromise(
        [Values("noise", "checkers", "dot", "all but a dot", "frame", "stripes", "half")] string product,
        [Values("noise", "ones", "binary", "one lit pixel", "faint", "nearly one")] string map, [Values(1.5, 0.5)] double alpha)
    {
        const int side = 512, n = side * side;
        var random = new Random(1);
        float[] attention = new float[n], mask = new float[n], made = new float[n];
        for (int i = 0; i < n; i++)
        {
            int x = i % side, y = i / side;
            attention[i] = map switch
            {
                "noise" => random.NextSingle(),
                "ones" => 1,
                "binary" => random.Next(2),
                "one lit pixel" => i == 100_000 ? 0.7f : 0,
                "faint" => 1e-6f * random.NextSingle(),
                _ => 1 - 1e-4f * random.NextSingle()
            };
            mask[i] = product switch
            {
                "noise" => random.Next(2),
                "checkers" => (x + y) % 2,
                "dot" => i == 70_000 ? 1 : 0,
                "all but a dot" => i == 70_000 ? 0 : 1,
                "frame" => x is 0 or side - 1 || y is 0 or side - 1 ? 1 : 0,
                "stripes" => y % 8 < 4 ? 1 : 0,
                _ => x < side / 2 ? 1 : 0,
            };
        }
        var clock = Stopwatch.StartNew();
        PlaceboPlacement place = PlaceboRegion.Find(attention, mask, side, side, 5, "a", alpha);
        PlaceboBalance balance = PlaceboChange.Apply(attention, mask, side, side, place, alpha, made);
        TestContext.Out.WriteLine($"{clock.ElapsedMilliseconds} ms, {place}, {balance}");
        double before = 0, after = 0;
        bool product0 = true, inRange = true;
        for (int i = 0; i < n; i++)
        {
            (before, after) = (before + attention[i], after + made[i]);
            product0 &= mask[i] == 0 || made[i].Equals(attention[i]);
            inRange &= made[i] is >= 0 and <= 1;
        }
        Assert.Multiple(() =>
        {
            Assert.That(product0, "the product keeps its own bit for bit");
            Assert.That(inRange);
            Assert.That(after, Is.EqualTo(before).Within(1e-6 * before));
            Assert.That(made.AsSpan().SequenceEqual(attention), Is.EqualTo(balance.Strength == 0), "what is recorded as moved is moved");
            // Only a saturated rest, which cannot receive, stops a region that was found.
            if (place.Exists && !(alpha < 1 && map is "ones" or "binary")) Assert.That(balance.Moved, Is.GreaterThan(0));
            if (product != "all but a dot" && map is "noise" or "faint")
                Assert.That(place.Coverage, Is.GreaterThan(0.3), "there is room, so a place is found");
        });
    }

    [Test]
    public void Find_NothingToMatch_GivesNoRegion()
    {
        float[] ones = [1, 1, 1, 1], zero = new float[4], some = [0.5f, 0, 0, 0], first = [1, 0, 0, 0];
        Assert.Multiple(() =>
        {
            Assert.That(PlaceboRegion.Find(ones, zero, 2, 2, 1, "a").Exists, Is.False, "no product");
            Assert.That(PlaceboRegion.Find(ones, ones, 2, 2, 1, "a").Exists, Is.False, "only product");
            Assert.That(PlaceboRegion.Find(zero, first, 2, 2, 1, "a").Exists, Is.False, "no attention");
            Assert.That(PlaceboRegion.Find(some, first, 2, 2, 1, "a").Exists, Is.False, "no attention in the background");
        });
    }

    [Test]
    public void Find_SameSeedAndScene_GivesTheSamePlaceAndOthersDiffer()
    {
        var (attention, mask) = MapCases.Scene(4, 128, 128);
        PlaceboPlacement Find(ulong seed, string id) => PlaceboRegion.Find(attention, mask, 128, 128, seed, id);
        PlaceboPlacement first = Find(1, "a"), again = Find(1, "a");
        Assert.That(again, Is.EqualTo(first));
        Assert.That(Enumerable.Range(0, 8).Select(s => Find((ulong)s, "a")).Distinct().Count(), Is.GreaterThan(1));
        Assert.That(Enumerable.Range(0, 8).Select(s => Find(1, $"scene {s}")).Distinct().Count(), Is.GreaterThan(1));
    }

    [Test]
    public void Find_FullSizeMaps_IsFast([Values(0.02, 0.2, 0.45, 0.7)] double share)
    {
        var (attention, mask) = MapCases.Scene(2, 512, 512, share);
        PlaceboRegion.Find(attention, mask, 512, 512, 1, "warm");
        var clock = Stopwatch.StartNew();
        PlaceboRegion.Find(attention, mask, 512, 512, 1, "a");
        TestContext.Out.WriteLine($"{clock.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.That(clock.ElapsedMilliseconds, Is.LessThan(10_000), "10 to 50 ms on an idle machine; generous, for a busy one");
    }

    [Test]
    public void Apply_AlphaOne_IsBitForBit()
    {
        var (attention, mask) = MapCases.Scene(9, 40, 40);
        float[] made = new float[attention.Length];
        PlaceboChange.Apply(attention, mask, 40, 40, PlaceboRegion.Find(attention, mask, 40, 40, 1, "a"), 1, made);
        Assert.That(made.AsSpan().SequenceEqual(attention));
    }

    static void Fill(float[] map, int width, int left, int top, float value)
    {
        for (int y = top; y < top + 10; y++) map.AsSpan(y * width + left, 10).Fill(value);
    }
}
