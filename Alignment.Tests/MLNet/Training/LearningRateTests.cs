using Alignment.MLNet.Training;

namespace Alignment.Tests.MLNet.Training;

public sealed class LearningRateTests
{
    // Peak 0.8, four steps of warm-up, then eight steps of half a cosine: at its quarters cos is 1, √½, 0, −√½.
    [TestCase(1, 0.2)]
    [TestCase(4, 0.8)]
    [TestCase(5, 0.8)]
    [TestCase(7, 0.4 * 1.7071067811865475)]
    [TestCase(9, 0.4)]
    [TestCase(11, 0.4 * 0.2928932188134525)]
    public void Cosine_AfterWarmup_IsTheClosedForm(long step, double expected) =>
        Assert.That(new LearningRate(0.8, 4, 12, LearningRateDecay.Cosine).At(step), Is.EqualTo(expected).Within(1e-15));

    [Test]
    public void Cosine_LastStep_StillLearns() => Assert.That(new LearningRate(1, 0, 10, LearningRateDecay.Cosine).At(10),
        Is.GreaterThan(0).And.LessThan(0.03));

    [TestCase(1, 0.5)]
    [TestCase(2, 1)]
    [TestCase(1000, 1)]
    public void Constant_AfterWarmup_StaysAtThePeak(long step, double expected) =>
        Assert.That(new LearningRate(1, 2, 1000, LearningRateDecay.Constant).At(step), Is.EqualTo(expected));

    [TestCase(100, null, 5)]        // a twentieth
    [TestCase(1_000_000, null, 500)]
    [TestCase(10, null, 0)]
    [TestCase(100, 30, 30)]
    public void Warmup_NotGiven_IsATwentiethAtMost500(long steps, int? given, long expected) =>
        Assert.That(LearningRate.Of(new() { WarmupSteps = given }, steps).Warmup, Is.EqualTo(expected));
}
