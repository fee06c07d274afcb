using System.Text.Json;
using Alignment.Transforms.Attention;

namespace Alignment.Tests.Transforms.Attention;

public sealed class AttentionChangeTests
{
    public sealed record Reference(string Name, double Alpha, float[] Attention, float[] Mask, double[] Expected, double ScoreBefore,
        double ScoreAfter, double? ShareBefore, double? ShareAfter)
    {
        public override string ToString() => Name;
    }

    static IEnumerable<Reference> Fixtures()
    {
        if (Shared.TryPath("fixtures", "variants", "modify_attention.json") is not { } path) yield break;
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonElement c in json.RootElement.EnumerateArray())
            yield return new(c.GetProperty("name").GetString()!, c.GetProperty("alpha").GetDouble(), Singles(c, "attention"),
                Singles(c, "mask"), Doubles(c, "expected"),
                c.GetProperty("alignment_score_before").GetDouble(), c.GetProperty("alignment_score_after").GetDouble(),
                Maybe(c, "attention_share_before"), Maybe(c, "attention_share_after"));
    }

    static IEnumerable<object> FixturesOrSkipped() => Shared.OrSkipped(Fixtures());

    [TestCaseSource(nameof(FixturesOrSkipped))]
    public void Apply_ReferenceCase_Agrees(Reference c)
    {
        float[] made = new float[c.Attention.Length];
        AttentionChange.Apply(c.Attention, c.Mask, c.Alpha, preserveMass: false, made);

        // The README's bar; float32 rounding of values up to 1 takes 6e-8 of it.
        for (int i = 0; i < made.Length; i++) Assert.That(made[i], Is.EqualTo(c.Expected[i]).Within(1e-6), $"pixel {i}");
        AttentionScore before = AttentionScore.Of(c.Attention, c.Mask), after = AttentionScore.Of(made, c.Mask);
        Assert.Multiple(() =>
        {
            Assert.That(before.Alignment, Is.EqualTo(c.ScoreBefore).Within(1e-6));
            Assert.That(after.Alignment, Is.EqualTo(c.ScoreAfter).Within(1e-6));
            Assert.That(before.Share, Is.EqualTo(c.ShareBefore ?? 0).Within(1e-6));   // undefined without attention; 0 here
            Assert.That(after.Share, Is.EqualTo(c.ShareAfter ?? 0).Within(1e-6));
        });
    }

    [TestCase(1e9)]
    [TestCase(1e99)]
    [TestCase(1e101)]
    [TestCase(1e307)]
    public void Apply_HugeAlpha_GivesTheProductEverything(double alpha)
    {
        // Limit α → ∞: A' = A on the product · ΣA / Σ A M, 0 elsewhere.
        float[] attention = new float[64], mask = new float[64], made = new float[64];
        for (int i = 0; i < 64; i++) (attention[i], mask[i]) = (0.2f + i / 1000f, i < 32 ? 1 : 0);
        double scale = attention.Sum(a => (double)a) / attention.Take(32).Sum(a => (double)a);
        AttentionBalance balance = AttentionChange.Apply(attention, mask, alpha, preserveMass: false, made);
        Assert.That(balance.Kept, $"{balance}");
        Assert.That(balance.Scale * alpha, Is.EqualTo(scale).Within(1e-6));
        for (int i = 0; i < 64; i++) Assert.That(made[i], Is.EqualTo(i < 32 ? attention[i] * scale : 0).Within(1e-6));
    }

    [Test]
    public void Apply_PreserveMassOnSaturatedMaps_KeepsTheTotal([Values(0.3, 0.999, 1.5, 1e6)] double alpha, [Values(0, 1, 2)] int kind)
    {
        // All at 1; zeros and ones; all but a few at 1: nowhere, or hardly anywhere, is room.
        const int n = 512 * 512;
        var random = new Random(3);
        float[] attention = new float[n], mask = new float[n], made = new float[n];
        for (int i = 0; i < n; i++)
        {
            attention[i] = kind switch { 0 => 1, 1 => random.Next(2), _ => i % 1000 == 7 ? random.NextSingle() : 1 };
            mask[i] = random.NextSingle() < 0.3f ? 1 : 0;
        }
        AttentionBalance balance = AttentionChange.Apply(attention, mask, alpha, preserveMass: true, made);
        Assert.That(made, Is.All.InRange(0f, 1f));
        Assert.That(balance.Kept, $"{balance}");
    }

    [Test]
    public void Apply_SoftMask_WeighsByHand()
    {
        // B = 0.2, 0.2·(0.5 + 2·0.5) = 0.3, 0.2·2 = 0.4; s = 0.6 / 0.9 = 2/3.
        float[] made = new float[3];
        AttentionChange.Apply([0.2f, 0.2f, 0.2f], [0f, 0.5f, 1f], 2, preserveMass: false, made);
        Assert.That(made, Is.EqualTo(new[] { 0.4f / 3, 0.2f, 0.8f / 3 }).Within(1e-7));
    }

    [Test]
    public void Apply_AlphaOne_IsBitForBit([Values] bool preserveMass)
    {
        var (attention, mask) = MapCases.Random(seed: 11, 37, 23, soft: true);
        float[] made = new float[attention.Length];
        AttentionBalance balance = AttentionChange.Apply(attention, mask, 1, preserveMass, made);
        Assert.That(made.AsSpan().SequenceEqual(attention));
        Assert.That(balance, Is.EqualTo(new AttentionBalance(balance.Before, balance.Before, 1, 0)));
    }

    [Test]
    public void Apply_NoProduct_IsBitForBit([Values(0.0, 0.5, 1.5, 7.0)] double alpha, [Values] bool preserveMass)
    {
        var (attention, _) = MapCases.Random(seed: 3, 16, 16);
        float[] made = new float[attention.Length];
        AttentionChange.Apply(attention, new float[attention.Length], alpha, preserveMass, made);
        Assert.That(made.AsSpan().SequenceEqual(attention));
    }

    [Test]
    public void Apply_SeededMaps_KeepTheTotalAndTheRatios([Range(0, 39)] int seed)
    {
        double alpha = new[] { 0.25, 0.5, 1.5, 2.0 }[seed % 4];
        // × 2 and rescaled stays below 1
        var (attention, mask) = MapCases.Random(seed, 20 + seed, 31, soft: seed % 3 == 0, brightest: 0.3f);
        float[] made = new float[attention.Length];
        AttentionBalance balance = AttentionChange.Apply(attention, mask, alpha, preserveMass: false, made);

        Assert.That(balance.Clipped, Is.Zero);
        Assert.That(balance.Kept, $"seed {seed}: {balance}");
        // A' / A depends on the mask alone: a product pixel has α times what a background pixel has.
        for (int i = 0; i < made.Length; i++)
            Assert.That(made[i], Is.EqualTo(attention[i] * balance.Scale * (1 + (alpha - 1) * mask[i])).Within(1e-7),
                $"seed {seed}, pixel {i}");
    }

    [Test]
    public void Apply_PreserveMass_KeepsTheTotalWhereClippingBites([Range(0, 19)] int seed)
    {
        var (attention, mask) = MapCases.Random(seed, 40, 25);
        float[] seedFormula = new float[attention.Length], kept = new float[attention.Length];
        AttentionBalance lossy = AttentionChange.Apply(attention, mask, 3, preserveMass: false, seedFormula);
        AttentionBalance exact = AttentionChange.Apply(attention, mask, 3, preserveMass: true, kept);

        Assert.That(lossy.Clipped, Is.Positive);
        Assert.That(lossy.After, Is.LessThan(lossy.Before * 0.999));
        Assert.That(exact.Kept, $"seed {seed}: {exact}");
        Assert.That(kept.Max(), Is.LessThanOrEqualTo(1f));
        for (int i = 0; i < kept.Length; i++) Assert.That(kept[i], Is.GreaterThanOrEqualTo(seedFormula[i]),
            "what clipping cut off goes to every pixel that has room");
    }

    [Test]
    public void Apply_PreserveMass_EqualsTheSeedFormulaWhereNothingClips()
    {
        var (attention, mask) = MapCases.Random(seed: 5, 24, 24, brightest: 0.3f);
        float[] a = new float[attention.Length], b = new float[attention.Length];
        AttentionChange.Apply(attention, mask, 1.5, preserveMass: false, a);
        AttentionChange.Apply(attention, mask, 1.5, preserveMass: true, b);
        Assert.That(b.AsSpan().SequenceEqual(a));
    }

    [Test]
    public void Apply_PreserveMassThatCannot_SaturatesAndSaysSo()
    {
        // α = 0 empties the product; the one background pixel cannot hold 1.7.
        float[] made = new float[3];
        AttentionBalance balance = AttentionChange.Apply([0.8f, 0.4f, 0.5f], [1f, 0f, 1f], 0, preserveMass: true, made);
        Assert.That(made, Is.EqualTo(new[] { 0f, 1f, 0f }));
        Assert.That(balance.Kept, Is.False);
        Assert.That(balance.After, Is.EqualTo(1));
    }

    [Test]
    public void Apply_InPlace_GivesTheSame()
    {
        var (attention, mask) = MapCases.Random(seed: 8, 15, 15);
        float[] made = new float[attention.Length];
        AttentionChange.Apply(attention, mask, 1.5, preserveMass: false, made);
        AttentionChange.Apply(attention, mask, 1.5, preserveMass: false, attention);
        Assert.That(attention, Is.EqualTo(made));
    }

    [TestCase(float.NaN, 0f)]
    [TestCase(1.01f, 0f)]
    [TestCase(-0.01f, 0f)]
    [TestCase(0.5f, 1.5f)]
    public void Apply_ValueOutsideUnit_IsRefusedWithItsPlace(float attention, float mask)
    {
        var thrown = Assert.Throws<ArgumentException>(() => AttentionChange.Apply([0f, attention], [0f, mask], 1.5, false, new float[2]));
        Assert.That(thrown!.Message, Does.Contain("at pixel 1, expected 0..1"));
    }

    [TestCase(-0.5)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Apply_BadAlpha_IsRefused(double alpha) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AttentionChange.Apply([0.5f], [1f], alpha, false, new float[1]));

    [Test]
    public void Apply_LengthsThatDiffer_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => AttentionChange.Apply([0.5f], [1f, 0f], 1.5, false, new float[1]));
        Assert.Throws<ArgumentException>(() => AttentionChange.Apply([0.5f], [1f], 1.5, false, new float[2]));
    }

    static float[] Singles(JsonElement c, string name) => [.. c.GetProperty(name).EnumerateArray().Select(v => v.GetSingle())];

    static double[] Doubles(JsonElement c, string name) => [.. c.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];

    static double? Maybe(JsonElement c, string name) => c.GetProperty(name) is { ValueKind: JsonValueKind.Number } v ? v.GetDouble() : null;
}
