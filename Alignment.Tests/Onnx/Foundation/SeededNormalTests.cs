namespace Alignment.Tests.Onnx.Foundation;

public sealed class SeededNormalTests
{
    // The known answers published with Random123 (kat_vectors, philox4x32 10).
    [TestCase(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u,
        0x24126ea1u)]
    public void Philox_KnownCounters_GiveThePublishedWords(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x0, uint x1, uint x2,
        uint x3) =>
        Assert.That(Philox.Block(c0, c1, c2, c3, k0, k1), Is.EqualTo((x0, x1, x2, x3)));

    // Quantiles from the tables of Wichura (1988) and of the standard normal distribution, one per branch and sign.
    [TestCase(0.5, 0)]
    [TestCase(0.25, -0.6744897501960817)]
    [TestCase(0.975, 1.959963984540054)]
    [TestCase(0.001, -3.090232306167814)]
    [TestCase(1e-10, -6.361340902404056)]
    [TestCase(1e-20, -9.262340089798408)]
    public void Quantile_TabulatedProbability_AgreesToLastDigits(double p, double expected) =>
        Assert.That(SeededNormal.Quantile(p), Is.EqualTo(expected).Within(1e-15 * Math.Max(1, Math.Abs(expected))));

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(double.NaN)]
    public void Quantile_OutsideTheOpenInterval_IsRefused(double p) =>
        Assert.That(() => SeededNormal.Quantile(p), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Log_AcrossTheRange_AgreesWithTheLibrary()
    {
        for (double x = 1e-17; x < 0.6; x *= 1.37)
            Assert.That(SeededNormal.Log(x), Is.EqualTo(Math.Log(x)).Within(3e-16 * Math.Abs(Math.Log(x))), $"x = {x:R}");
    }

    [Test]
    public void Fill_ByPieces_EqualsFillAtOnce()
    {
        var whole = new float[101];
        SeededNormal.Fill(whole, 42, "scene/latents");
        foreach (int cut in new[] { 0, 1, 2, 37, 100 })
        {
            var pieces = new float[101];
            SeededNormal.Fill(pieces.AsSpan(0, cut), 42, "scene/latents");
            SeededNormal.Fill(pieces.AsSpan(cut), 42, "scene/latents", cut);
            Assert.That(pieces, Is.EqualTo(whole), $"cut at {cut}");
        }
    }

    [Test]
    public void Fill_OtherSeedOrPurpose_GivesOtherNumbers()
    {
        var made = new List<float[]>();
        foreach (var (seed, purpose) in new[] { (0UL, ""), (1UL, ""), (1UL << 32, ""), (0UL, "é") })
        {
            var x = new float[8];
            SeededNormal.Fill(x, seed, purpose);
            Assert.That(made, Has.None.EqualTo(x));
            made.Add(x);
        }
    }

    [Test]
    public void Fill_WrittenDownStream_NeverChanges()
    {
        // Computed by an independent implementation of the specification in the type's documentation.
        var x = new float[6];
        SeededNormal.Fill(x, 20260607, "alignment/example");
        Assert.That(x, Is.EqualTo(s_example));
    }

    [Test]
    public void Fill_ManyNumbers_HaveTheMomentsOfTheNormalDistribution()
    {
        // n = 200 000: standard errors of mean, variance and fourth moment are 0.0022, 0.0032 and 0.022; five of each are allowed.
        var x = new float[200_000];
        SeededNormal.Fill(x, 7, "moments");
        double mean = x.Average(v => (double)v), variance = x.Average(v => (double)v * v), fourth = x.Average(v => Math.Pow(v, 4));
        Assert.Multiple(() =>
        {
            Assert.That(mean, Is.EqualTo(0).Within(0.011));
            Assert.That(variance, Is.EqualTo(1).Within(0.016));
            Assert.That(fourth, Is.EqualTo(3).Within(0.11));
        });
    }

    static readonly float[] s_example = [-1.51321077f, 1.57803845f, -0.419759095f, 0.367347866f, -0.366105586f, 0.504219174f];
}
