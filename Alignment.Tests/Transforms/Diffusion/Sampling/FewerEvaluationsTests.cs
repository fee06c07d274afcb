using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

/// <summary>
/// What an edit leaves out. What is expected is made of whole runs: DDIM remembers nothing, so a run can be stopped after a step and gone
/// on with by an editor of other options.
/// </summary>
public sealed class FewerEvaluationsTests
{
    const int Side = 32, Steps = 10;

    static readonly EditOptions s_options = new()
    {
        Width = Side,
        Height = Side,
        Scheduler = SchedulerKind.Ddim,
        InferenceSteps = Steps,
        FromNoise = true
    };

    static ModelBundle Bundle => TinyBundles.Of("tiny-sd");

    static readonly ReadOnlyMemory<float>[] s_controls =
        [.. Enumerable.Range(0, 2)
        .Select(c => new ReadOnlyMemory<float>([.. Enumerable.Range(0, 2 * Side * Side)
        .Select(i => 0.5f + 0.5f * MathF.Sin((0.02f + 0.01f * c) * i))]))];

    /// <summary>The latents of two controls after the steps <paramref name="from"/> … <paramref name="to"/> − 1 of an editor with these
    /// options.</summary>
    static float[] Denoise(EditOptions options, float[] latents, int from = 0, int to = Steps, List<int>? called = null)
    {
        using var editor = new DiffusionEditor(Bundle, options);
        float[] x = [.. latents], kept = x;
        editor.Denoise(x, from, "a red house", s_controls, new()
        {
            Observer = (in DenoiseStep step) =>
        {
            called?.Add(step.Index);
            if (from + step.Index == to - 1) kept = step.Latents.ToArray();
        }
        });
        return kept;
    }

    static float[] Noise()
    {
        using var editor = new DiffusionEditor(Bundle, s_options);
        float[] noise = new float[2 * editor.Shape.LatentLength];
        for (int i = 0; i < noise.Length; i++) noise[i] = MathF.Sin(0.37f * i) + MathF.Cos(0.11f * i);
        return noise;
    }

    [Test]
    public void ControlStartAndEnd_StepsOutside_AreThoseWithoutControl()
    {
        EditOptions without = s_options with { ConditioningScale = 0 };
        float[] expected = Denoise(without, Denoise(s_options, Denoise(without, Noise(), 0, 2), 2, 7), 7);
        float[] made = Denoise(s_options with { ControlGuidanceStart = 0.2, ControlGuidanceEnd = 0.7 }, Noise());
        Assert.That(SafetensorsFile.Error(made, expected), Is.LessThanOrEqualTo(1e-6));
        Assert.That(SafetensorsFile.Error(made, Denoise(s_options, Noise())), Is.GreaterThan(1e-3), "the control must have mattered");
    }

    [Test]
    public void ControlThatNeverActs_IsScaleZero() =>
        Assert.That(SafetensorsFile.Error(Denoise(s_options with { ControlGuidanceStart = 1 }, Noise()),
        Denoise(s_options with { ConditioningScale = 0 }, Noise())), Is.LessThanOrEqualTo(1e-6));

    [Test]
    public void GuidanceEnd_LaterSteps_AreThoseWithoutGuidance()
    {
        float[] expected = Denoise(s_options with { GuidanceScale = 1 }, Denoise(s_options, Noise(), 0, 6), 6);
        var called = new List<int>();
        float[] made = Denoise(s_options with { GuidanceEnd = 0.6 }, Noise(), called: called);
        Assert.That(SafetensorsFile.Error(made, expected), Is.LessThanOrEqualTo(1e-6));
        Assert.That(called, Is.EqualTo(Enumerable.Range(0, Steps)), "every step is told once, in order");
        Assert.That(SafetensorsFile.Error(made, Denoise(s_options, Noise())), Is.GreaterThan(1e-3));
    }

    [Test]
    public void ControlEvery_Two_IsNearTheExactRunAndNotIt()
    {
        float[] exact = Denoise(s_options, Noise()), without = Denoise(s_options with { ConditioningScale = 0 }, Noise());
        double reused = SafetensorsFile.Error(Denoise(s_options with { ControlInterval = 2 }, Noise()), exact);
        Assert.That(reused, Is.GreaterThan(1e-6).And.LessThan(SafetensorsFile.Error(without, exact) / 2));
    }

    [Test]
    public void Options_TogetherInBatches_GiveTheSamePictures()
    {
        EditOptions options = s_options with { ControlGuidanceEnd = 0.8, GuidanceEnd = 0.5, ControlInterval = 3 };
        using DiffusionEditor alone = new(Bundle, options), together = new(Bundle, options with { Batch = 2 });
        var scene = new EditInput { SceneId = "v-Scene-001", Prompt = "a red house", Image = Array.Empty<float>(), Controls = s_controls };
        IReadOnlyList<float[]> a = alone.Edit(scene), b = together.Edit(scene);
        for (int i = 0; i < 2; i++) Assert.That(SafetensorsFile.Error(b[i], a[i]), Is.LessThanOrEqualTo(1e-5));
    }

    // 0.3 · 10 is 3.0000000000000004 or 2.9999999999999996 according to how it is written; the third step must not depend on it.
    [TestCase(0, 1, 1, 10, "0123456789", "0123456789")]
    [TestCase(0.3, 0.7, 1, 10, "3456", "3456")]
    [TestCase(0.3, 0.7, 3, 10, "3456", "36")]
    [TestCase(0.25, 1, 2, 10, "3456789", "3579")]
    [TestCase(0, 0.05, 1, 10, "", "")]
    [TestCase(1, 1, 1, 10, "", "")]
    public void ControlSteps_Fractions_ChooseWholeSteps(double start, double end, int every, int count, string acts, string evaluated)
    {
        var steps = new ControlSteps(start, end, every, count);
        Assert.That(string.Concat(Enumerable.Range(0, count).Where(steps.IsActive)), Is.EqualTo(acts));
        Assert.That(string.Concat(Enumerable.Range(0, count).Where(steps.IsEvaluated)), Is.EqualTo(evaluated));
    }

    [TestCase(0.6, -0.1, 1, 1)]
    [TestCase(0.6, 0.5, 1, 1)]
    [TestCase(0, 1.1, 1, 1)]
    [TestCase(0, 1, 0, 1)]
    [TestCase(0, 1, 1, -0.5)]
    public void Check_OutOfRange_IsRefused(double start, double end, int every, double guidance) =>
        Assert.Throws<UsageException>(() => (s_options with
        {
            ControlGuidanceStart = start,
            ControlGuidanceEnd = end,
            ControlInterval = every,
            GuidanceEnd = guidance
        }).Check());
}
