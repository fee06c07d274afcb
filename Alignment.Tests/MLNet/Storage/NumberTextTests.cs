using System.Globalization;
using System.Text;
using Alignment.MLNet.Storage;

namespace Alignment.Tests.MLNet.Storage;

public sealed class NumberTextTests
{
    const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    [TestCase("0.1", '.', 0.1)]
    [TestCase("-12345678901234567", '.', -12345678901234567.0)]
    [TestCase("9007199254740993", '.', 9007199254740992.0)]
    [TestCase("123456789.123456789123456789", '.', 123456789.12345679)]
    [TestCase("2.2250738585072011e-308", '.', 2.2250738585072011e-308)]
    [TestCase("1,5", ',', 1.5)]
    [TestCase("-1,5e3", ',', -1500.0)]
    [TestCase("1e3", '.', 1000.0)]
    public void TryParse_Number_IsTheNearestDouble(string text, char mark, double expected)
    {
        Assert.That(NumberText.TryParse(Encoding.UTF8.GetBytes(text), (byte)mark, out double value), Is.True);
        Assert.That(value, Is.EqualTo(expected));
    }

    [Test]
    public void TryParse_RandomDecimals_AgreeWithTheSystem()
    {
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++)
        {
            string format = i % 2 == 0 ? "R" : "F" + random.Next(0, 12).ToString(CultureInfo.InvariantCulture);
            string text = (random.NextDouble() * Math.Pow(10, random.Next(-6, 7))).ToString(format, CultureInfo.InvariantCulture);
            Assert.That(NumberText.TryParse(Encoding.UTF8.GetBytes(text), out double value), Is.True, text);
            Assert.That(value, Is.EqualTo(double.Parse(text, CultureInfo.InvariantCulture)), text);
        }
    }

    [TestCase("0")]
    [TestCase("-0")]
    [TestCase("-0.5")]
    [TestCase("12.75")]
    [TestCase("123456789.012345")]
    [TestCase("0.000000000000001")]
    [TestCase("999999999999999")]
    [TestCase("1234567890123456789")]
    [TestCase("5e-324")]
    [TestCase("+3.25")]
    [TestCase(".5")]
    [TestCase("5.")]
    [TestCase("")]
    [TestCase("-")]
    [TestCase(".")]
    [TestCase("1.2.3")]
    [TestCase("1,5")]
    [TestCase("NaN")]
    [TestCase("-Infinity")]
    [TestCase("1e999")]
    [TestCase("0x10")]
    [TestCase("5 %")]
    [TestCase(" 7.5")]
    public void TryParse_AnyText_IsReadAsTheSystemReadsIt(string text)
    {
        bool expected = double.TryParse(text, Plain, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value);
        Assert.That(NumberText.TryParse(Encoding.UTF8.GetBytes(text), out double read), Is.EqualTo(expected));
        if (expected) Assert.That(BitConverter.DoubleToInt64Bits(read), Is.EqualTo(BitConverter.DoubleToInt64Bits(value)));
    }

    // The system takes "1\0" for 1.
    [Test]
    public void TryParse_NulBehindANumber_IsNone() => Assert.That(NumberText.TryParse("1\0"u8, out _), Is.False);
}
