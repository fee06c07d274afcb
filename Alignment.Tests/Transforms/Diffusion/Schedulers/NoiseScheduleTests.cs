using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Schedulers;

sealed class NoiseScheduleTests
{
    [Test]
    public void New_StableDiffusionsValues_EqualTheReference()
    {
        var common = new SafetensorsFile(Shared.Path("fixtures", "schedulers", "common.safetensors"));
        var schedule = new NoiseSchedule(new());
        float betas = Off(schedule.Betas, common.Floats("betas")), alphaBars = Off(schedule.AlphaBars, common.Floats("alphas_cumprod"));
        TestContext.Out.WriteLine(FormattableString.Invariant($"betas {betas:e2}, alphaBars {alphaBars:e2}, relative"));
        // The reference spaces √β in float32, which puts β off by a few of its last bits; ᾱ then by a few of its own.
        Assert.That(betas, Is.LessThanOrEqualTo(5e-7f));
        Assert.That(alphaBars, Is.LessThanOrEqualTo(6e-7f));
    }

    static float Off(ReadOnlySpan<float> actual, float[] expected)
    {
        float worst = 0;
        for (int i = 0; i < expected.Length; i++) worst = MathF.Max(worst, MathF.Abs(actual[i] / expected[i] - 1));
        return worst;
    }

    [Test]
    public void New_Linear_GoesEvenlyFromStartToEnd()
    {
        var schedule = new NoiseSchedule(new() { BetaSchedule = BetaSchedule.Linear, TrainTimesteps = 5, BetaStart = 0.1, BetaEnd = 0.5 });
        Assert.That(schedule.Betas.ToArray(), Is.EqualTo(new[] { 0.1f, 0.2f, 0.3f, 0.4f, 0.5f }).Within(1e-7f));
        Assert.That(schedule.AlphaBars[4], Is.EqualTo(0.9 * 0.8 * 0.7 * 0.6 * 0.5).Within(1e-7));
    }

    [TestCase(TimestepSpacing.Leading, new[] { 751, 501, 251, 1 })]
    [TestCase(TimestepSpacing.Trailing, new[] { 999, 749, 499, 249 })]
    [TestCase(TimestepSpacing.Linspace, new[] { 999, 666, 333, 0 })]
    public void Timesteps_FourSteps_AreTheTablesOf(TimestepSpacing spacing, int[] expected) =>
        Assert.That(new NoiseSchedule(new() { TimestepSpacing = spacing }).Timesteps(4), Is.EqualTo(expected));

    [TestCase(0)]
    [TestCase(1000)] // with offset 1 the first timestep would be 1000
    [TestCase(1001)]
    public void Timesteps_TooManyOrNone_AreRefused(int steps) =>
        Assert.That(() => new NoiseSchedule(new()).Timesteps(steps), Throws.TypeOf<UsageException>().With.Message.Contains("steps"));
}
