using System.Globalization;
using Alignment.Transforms.Diffusion;

namespace Alignment.Tests.Transforms.Diffusion;

public sealed class SceneNoiseTests
{
    /// <summary>The table of docs/noise.md, which an independent implementation computed.</summary>
    static IEnumerable<object[]> WrittenDown() =>
        from line in Shared.TryRepository is { } repository ? File.ReadLines(Path.Combine(repository, "docs", "noise.md")) : []
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 7 && cells[2].StartsWith("`edit/", StringComparison.Ordinal) && cells[5].Length == 10
        select new object[] { ulong.Parse(cells[1], CultureInfo.InvariantCulture), cells[2].Trim('`'),
        long.Parse(cells[3], CultureInfo.InvariantCulture), cells[5].Trim('`') };

    [Test]
    public void WrittenDown_Table_IsRead()
    {
        _ = Shared.Repository;
        Assert.That(WrittenDown().Count(), Is.EqualTo(15));
    }

    static IEnumerable<object> WrittenDownOrSkipped() => Shared.OrSkipped(WrittenDown(), parameters: 4);

    [TestCaseSource(nameof(WrittenDownOrSkipped))]
    public void Stream_WrittenDownElement_HasTheseBits(ulong seed, string stream, long element, string bits)
    {
        float[] one = new float[1];
        SeededNormal.Fill(one, seed, stream, element);
        Assert.That(BitConverter.SingleToUInt32Bits(one[0]).ToString("x8", CultureInfo.InvariantCulture), Is.EqualTo(bits));
    }

    [Test]
    public void Scene_ItsThreeStreams_AreThoseOfTheTable()
    {
        const int n = 16384; // a latent of 64x64
        var noise = new SceneNoise(0, "bottle_ad-Scene-001");
        float[] initial = new float[n], vae = new float[n], step0 = new float[n], step1 = new float[n];
        noise.Initial(initial);
        noise.Vae(vae);
        noise.Step(0, step0);
        noise.Step(1, step1);

        Assert.That(Bits(initial[0]), Is.EqualTo(Written("edit/initial/bottle_ad-Scene-001", 0)));
        Assert.That(Bits(initial[16383]), Is.EqualTo(Written("edit/initial/bottle_ad-Scene-001", 16383)));
        Assert.That(Bits(vae[1]), Is.EqualTo(Written("edit/vae/bottle_ad-Scene-001", 1)));
        Assert.That(Bits(step0[1]), Is.EqualTo(Written("edit/step/bottle_ad-Scene-001", 1)));
        Assert.That(Bits(step1[0]), Is.EqualTo(Written("edit/step/bottle_ad-Scene-001", 16384)));
    }

    static string Bits(float value) => BitConverter.SingleToUInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture);

    static string Written(string stream, long element)
    {
        _ = Shared.Repository;
        return (string)WrittenDown().Single(r => (ulong)r[0] == 0 && (string)r[1] == stream && (long)r[2] == element)[3];
    }
}
