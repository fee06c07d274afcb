using Alignment.MLNet.Ffmpeg;

namespace Alignment.Tests.MLNet.Ffmpeg;

public sealed class FrameRateTests
{
    // Names of the television rates: SMPTE; the decimals are what people type.
    [TestCase("25", 25, 1)]
    [TestCase("29.97", 30000, 1001)]
    [TestCase("23.976", 24000, 1001)]
    [TestCase("59.94", 60000, 1001)]
    [TestCase("12.5", 25, 2)]
    [TestCase("60000/2002", 30000, 1001)]
    public void TryParse_RateAsTyped_IsTheExactFraction(string text, long numerator, long denominator)
    {
        Assert.That(FrameRate.TryParse(text, out var rate), Is.True);
        Assert.That((rate.Numerator, rate.Denominator), Is.EqualTo((numerator, denominator)));
    }

    [TestCase("0/0")]
    [TestCase("0")]
    [TestCase("-25")]
    [TestCase("NaN")]
    [TestCase("25,5")]
    [TestCase("1000000")]
    [TestCase("")]
    public void TryParse_NoRate_IsRefused(string text) => Assert.That(FrameRate.TryParse(text, out _), Is.False);

    [Test]
    public void FrameAt_OneHourOfNtsc_Is107892Frames() => Assert.That(new FrameRate(30000, 1001).FrameAt(3600), Is.EqualTo(107892));
}
