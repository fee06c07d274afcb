using System.Numerics;
using Alignment.MLNet.Audit;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Synthetic;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Audit;

public sealed class CopyIndexTests
{
    const int Seed = 11;

    [Test]
    public void HashIndex_AgainstEveryPair_MissesNoneAndInventsNone([Values(0, 3, 6, 7)] int bits)
    {
        var random = new Random(Seed);
        var hashes = new List<ulong>();
        // Families around a few centres, so that there is something to find at every distance, and loners.
        for (int i = 0; i < 1500; i++)
        {
            ulong hash = i % 5 == 0 || hashes.Count == 0 ? (ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64()
                : hashes[random.Next(hashes.Count)];
            for (int flips = random.Next(10); flips > 0; flips--) hash ^= 1UL << random.Next(64);
            hashes.Add(hash);
        }
        var index = new HashIndex();
        int found = 0;
        for (int i = 0; i < hashes.Count; i++)
        {
            bool Accept(int j) => (i + j) % 3 != 0;
            int expected = Enumerable.Range(0, i).Cast<int?>()
                .FirstOrDefault(j => Accept(j!.Value) && BitOperations.PopCount(hashes[j.Value] ^ hashes[i]) <= bits) ?? -1;
            Assert.That(index.Lowest(hashes[i], bits, Accept), Is.EqualTo(expected), $"hash {i}");
            if (expected >= 0) found++;
            index.Add(i, hashes[i]);
        }
        Assert.That(found, Is.GreaterThan(50), "the families give something to find");
    }

    [Test]
    public void HeatmapIndex_AgainstEveryPair_MissesNoneAndInventsNone()
    {
        const double cell = 0.005;
        var random = new Random(Seed);
        var maps = new List<HeatmapMoments>();
        for (int i = 0; i < 2000; i++)
        {
            HeatmapMoments near = maps.Count > 0 && i % 3 != 0 ? maps[random.Next(maps.Count)]
                : new(random.NextSingle(), random.NextSingle(), random.NextSingle(), random.NextSingle());
            float Moved(float v) => Math.Clamp(v + (random.NextSingle() - 0.5f) * 0.012f, 0, 1);
            maps.Add(new(Moved(near.X), Moved(near.Y), Moved(near.XX), Moved(near.YY)));
        }
        var index = new HeatmapIndex(cell);
        int found = 0;
        for (int i = 0; i < maps.Count; i++)
        {
            bool Accept(int j) => (i + j) % 4 != 0;
            int expected = Enumerable.Range(0, i).Cast<int?>()
                .FirstOrDefault(j => Accept(j!.Value) && maps[j.Value].Distance(maps[i]) <= cell) ?? -1;
            Assert.That(index.Lowest(maps[i], Accept), Is.EqualTo(expected), $"map {i}");
            if (expected >= 0) found++;
            index.Add(i, maps[i]);
        }
        Assert.That(found, Is.GreaterThan(50));
    }

    [Test]
    public void HashIndex_HundredThousandAlike_IsNotQuadratic()
    {
        // All the same, and all different: 5·10⁹ pairs would take minutes.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var random = new Random(Seed);
        foreach (bool same in new[] { true, false })
        {
            var index = new HashIndex();
            for (int i = 0; i < 100_000; i++)
            {
                ulong hash = same ? 0x123456789ABCDEF0 : (ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64();
                Assert.That(index.Lowest(hash, HashIndex.MostBits, _ => true),
                    same ? Is.EqualTo(i == 0 ? -1 : 0) : Is.GreaterThanOrEqualTo(-1));
                index.Add(i, hash);
            }
        }
        TestContext.Out.WriteLine($"{clock.Elapsed.TotalSeconds:0.00} s");
        Assert.That(clock.Elapsed.TotalSeconds, Is.LessThan(60), "about a second on an idle machine; generous, for a busy one");
    }

    /// <summary>The searches' worst cases: everything falls into one cell and one chain, and is refused there for what only a closer look
    /// tells.</summary>
    [TestCase("alike: one still with noise, one heatmap that drifts")]
    [TestCase("other stills, one heatmap that drifts")]
    [TestCase("one layout, half of them red, then blue")]
    public void CopySearch_HundredThousandScenesInOnePlace_IsNotQuadratic(string kind)
    {
        const int scenes = 100_000, perVideo = 100;
        var random = new Random(Seed);
        var search = new CopySearch(new());
        bool layout = kind.StartsWith("one layout", StringComparison.Ordinal),
            others = kind.StartsWith("other stills", StringComparison.Ordinal);
        for (int i = 0; i < scenes; i++)
        {
            int colour = layout && i >= scenes / 2 ? 200 : 50;
            ushort[] cells = new ushort[CopyTrace.HeatmapSide * CopyTrace.HeatmapSide];
            for (int k = 0; k < cells.Length; k++) cells[k] = (ushort)(1000 + (layout ? random.Next(900) : random.Next(20)));
            float Place(float at) => layout ? random.NextSingle() : at + 0.006f * random.NextSingle();
            search.Add(i / perVideo, new SceneRecord { SceneNumber = i % perVideo + 1 }, new PixelFacts
            {
                Hash = others ? (ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64()
                    : 0x123456789ABCDEF0 ^ (i % 3 == 0 ? 1UL << random.Next(64) : 0),
                Spread = 50,
                Trace = new()
                {
                    Still = (UInt128)i,
                    Heatmap = (UInt128)i,
                    Attention = cells,
                    Moments = new(Place(0.5f), Place(0.5f), Place(0.3f), Place(0.3f)),
                    Colours = [.. Enumerable.Range(0, 3 * CopyTrace.ColourSide * CopyTrace.ColourSide)
                        .Select(_ => (byte)(colour + random.Next(2)))],
                },
            });
        }
        VideoFacts[] videos = [.. Enumerable.Range(0, scenes / perVideo).Select(v => new VideoFacts($"{v:0000}") { Trained = true })];
        var clock = System.Diagnostics.Stopwatch.StartNew();
        long pictures = 0, heatmaps = 0, wrong = 0;
        foreach (CopySearch.Copy copy in search.Find(videos, CancellationToken.None))
        {
            if (copy.Kind == AuditKind.CopiedHeatmap) heatmaps++;
            else pictures++;
            // What it is a copy of is the first of all, or the first of its colour.
            if (!others && copy.Kind == AuditKind.DuplicatePicture && copy.Earlier > (layout && copy.Later >= scenes / 2 ? scenes / 2 : 0))
                wrong++;
        }
        TestContext.Out.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s, {pictures} pictures, {heatmaps} heatmaps");
        Assert.That(wrong, Is.Zero);
        // Of random hashes one pair in 2.6·10¹⁰ is that near by chance.
        Assert.That(pictures, others ? Is.LessThanOrEqualTo(3) : Is.EqualTo(scenes - perVideo).Within(perVideo));
        Assert.That(heatmaps, others ? Is.EqualTo(scenes).Within(scenes / 10) : Is.Zero);
        Assert.That(clock.Elapsed.TotalSeconds, Is.LessThan(120),
            "a few seconds on an idle machine; generous, for a busy one. All pairs are 5·10⁹");
    }

    [Test]
    public void PictureHash_AlteredCopies_StayNearAndOthersFar()
    {
        using var temp = new TempFolder();
        RgbPicture[] scenes = [.. Enumerable.Range(0, 12).Select(i => Draw(i))];
        ulong[] hashes = [.. scenes.Select(s => PictureHash.Of(s, out _))];
        for (int i = 0; i < scenes.Length; i++)
        {
            PictureFile.WriteJpeg(temp["copy.jpg"], scenes[i], quality: 40);
            float[] planes = new float[3 * 200 * 150];
            PictureFile.ReadRgb(temp["copy.jpg"], 200, 150, planes);
            RgbPicture smaller = RgbPicture.FromPlanes(planes, 200, 150),
                brighter = scenes[i] with { Pixels = [.. scenes[i].Pixels.Select(v => (byte)Math.Min(255, v * 1.1 + 6))] };
            Assert.That(BitOperations.PopCount(hashes[i] ^ PictureHash.Of(smaller, out _)), Is.LessThanOrEqualTo(4),
                $"scene {i} as a small bad JPEG");
            Assert.That(BitOperations.PopCount(hashes[i] ^ PictureHash.Of(brighter, out _)), Is.LessThanOrEqualTo(4),
                $"scene {i}, brighter");
            for (int j = 0; j < i; j++) Assert.That(BitOperations.PopCount(hashes[i] ^ hashes[j]), Is.GreaterThan(HashIndex.MostBits),
                $"scenes {i} and {j}");
        }
    }

    [Test]
    public void PictureHash_PlainPicture_HasNoSpread()
    {
        PictureHash.Of(new(40, 30, new byte[40 * 30 * 3]), out double spread);
        Assert.That(spread, Is.Zero);
        // Half black, half white: the standard deviation is half of 255.
        byte[] halves = [.. Enumerable.Range(0, 64 * 64 * 3).Select(i => i / 3 % 64 < 32 ? (byte)0 : (byte)255)];
        PictureHash.Of(new(64, 64, halves), out spread);
        Assert.That(spread, Is.EqualTo(127.5).Within(1e-3));
    }

    static RgbPicture Draw(int i)
    {
        DrawnAd ad = AdDrawing.Draw(new() { VideoId = $"ad {i}", Seed = (ulong)i, Scenes = 1, ScenesWithoutProduct = 0 });
        byte[] rgb = new byte[320 * 180 * 3];
        ad.Render(0, rgb);
        return new(320, 180, rgb);
    }
}
