using Alignment.MLNet.Statistics;

namespace Alignment.Tests.MLNet.Engagement;

public sealed class PairedTTestTests
{
    // Student 1908 (Cushny and Peebles' sleep data): hours gained with drug 2 less those with drug 1; t = 4.06, p = 0.0028 as in R's
    // documentation of t.test.
    [Test]
    public void Of_StudentsSleepData_IsThePublishedResult()
    {
        var test = PairedTTest.Of([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]);
        Assert.Multiple(() =>
        {
            Assert.That(test.N, Is.EqualTo(10));
            Assert.That(test.MeanDifference, Is.EqualTo(1.58).Within(1e-12));
            Assert.That(test.T, Is.EqualTo(4.0621).Within(5e-5));
            Assert.That(test.P, Is.EqualTo(0.002833).Within(5e-7));
        });
    }

    // With two differences (one degree of freedom) p = 1 − (2/π) atan|t|.
    [TestCase(1.0, 3.0)]
    [TestCase(-0.5, 0.25)]
    public void Of_TwoDifferences_IsTheClosedForm(double a, double b)
    {
        var test = PairedTTest.Of([a, b]);
        Assert.That(test.T, Is.EqualTo((a + b) / Math.Abs(a - b)).Within(1e-12));
        Assert.That(test.P, Is.EqualTo(1 - 2 / Math.PI * Math.Atan(Math.Abs(test.T))).Within(1e-12));
    }

    [Test]
    public void Of_DifferencesThatDoNotVary_IsCertainEitherWay()
    {
        Assert.That(PairedTTest.Of([0, 0, 0]), Is.EqualTo(new PairedTTest(3, 0, 0, 0, 1)));
        Assert.That(PairedTTest.Of([2, 2, 2]), Is.EqualTo(new PairedTTest(3, 2, 0, double.PositiveInfinity, 0)));
    }

    [TestCase]
    [TestCase(1.0)]
    [TestCase(1.0, double.NaN)]
    public void Of_TooFewOrNoNumbers_IsRefused(params double[] differences) =>
        Assert.Throws<BadDataException>(() => PairedTTest.Of(differences));
}
