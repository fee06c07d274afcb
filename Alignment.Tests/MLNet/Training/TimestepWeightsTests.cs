using Alignment.MLNet.Training;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.MLNet.Training;

public sealed class TimestepWeightsTests
{
    // SNR = ᾱ / (1 − ᾱ): 0.25, 1, 4, 5 (γ itself), 9, 99.
    [TestCase(0.2, 1)]
    [TestCase(0.5, 1)]
    [TestCase(0.8, 1)]
    [TestCase(5.0 / 6, 1)]
    [TestCase(0.9, 5.0 / 9)]
    [TestCase(0.99, 5.0 / 99)]
    public void MinSnr_GammaFive_IsThePapersWeightForNoise(double alphaBar, double expected) =>
        Assert.That(TimestepWeights.Of(TimestepWeighting.MinSnr, alphaBar, 5), Is.EqualTo(expected).Within(1e-12));

    /// <summary>For a model that predicts x₀ the paper's weight is min(SNR, γ) itself; a loss in ε is SNR times smaller.</summary>
    [Test]
    public void MinSnr_TimesSnr_IsThePapersWeightForTheCleanSample()
    {
        var schedule = new NoiseSchedule(new SchedulerConfig());
        Assert.Multiple(() =>
        {
            foreach (int t in new[] { 0, 1, 100, 400, 999 })
            {
                double a = schedule.AlphaBars[t], snr = a / (1 - a);
                Assert.That(TimestepWeights.Of(TimestepWeighting.MinSnr, a, 5) * snr, Is.EqualTo(Math.Min(snr, 5)).Within(1e-9),
                    $"t = {t}");
            }
        });
    }

    [Test]
    public void Uniform_Always_IsOne() => Assert.That(TimestepWeights.Of(TimestepWeighting.Uniform, 0.999, 5), Is.EqualTo(1));
}
