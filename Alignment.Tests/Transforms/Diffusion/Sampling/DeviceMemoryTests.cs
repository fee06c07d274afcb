using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

/// <summary>
/// What a device with memory of its own needs of the loop, shown on the processor: that everything the processor writes is bound again
/// after it was written, since such a device gets a copy then and never sees the tensor, and that steps leave samples where they are.
/// </summary>
public sealed class DeviceMemoryTests
{
    const int Side = 32;

    static readonly ModelBundle s_bundle = ModelBundle.Open(Path.Combine(Shared.Repository, "onnx", "bundles", "tiny"));

    static readonly EditOptions s_options = new()
    {
        Width = Side,
        Height = Side,
        GuidanceScale = 3,
        InferenceSteps = 6,
        Strength = 0.8,
        Seed = 5,
        Batch = 2
    };

    static IEnumerable<TestCaseData> Options()
    {
        yield return new TestCaseData(s_options).SetArgDisplayNames("plain");
        yield return new TestCaseData(s_options with { Scheduler = SchedulerKind.EulerAncestral }).SetArgDisplayNames(
            "noise in each step, scaled samples");
        yield return new TestCaseData(s_options with
        {
            Scheduler = SchedulerKind.UniPc,
            GuidanceEnd = 0.5
        }).SetArgDisplayNames("guidance ends, the sampler's memory stays");
        yield return new TestCaseData(s_options with
        {
            ControlGuidanceStart = 0.4,
            ControlGuidanceEnd = 0.8,
            ControlInterval = 2
        }).SetArgDisplayNames("control for some steps");
        yield return new TestCaseData(s_options with
        {
            GuidanceScale = 1,
            BlendLatents = false
        }).SetArgDisplayNames("neither guidance nor blending");
    }

    [TestCaseSource(nameof(Options))]
    public void Edit_InputsCopiedWhenBound_SamePictures(EditOptions options)
    {
        using DiffusionEditor shared = new(s_bundle, options), apart = new(s_bundle, options);
        apart.Sessions.CopiesWhenBound = true;
        // Three scenes, each with other pictures, prompts and controls than the one before: three pictures, then two, in batches of two.
        for (int scene = 0; scene < 3; scene++)
        {
            EditInput edit = Scene(scene, controls: 3 - scene % 2);
            Assert.That(apart.Edit(edit), Is.EqualTo(shared.Edit(edit)), $"scene {scene}");
        }
        Assert.That(shared.Edit(Scene(0, 1))[0], Is.Not.EqualTo(shared.Edit(Scene(1, 1))[0]));
    }

    [TestCase(SchedulerKind.DpmSolverKarras)]
    [TestCase(SchedulerKind.Pndm)]
    public void Edit_MoreSteps_NothingMoreCrosses(SchedulerKind kind) => Assert.That(Crossings(kind, 12), Is.EqualTo(Crossings(kind, 4)));

    [Test]
    public void Edit_SamplerWithNoise_OnlyThatCrosses() =>
        // a tensor a step
        Assert.That(Crossings(SchedulerKind.EulerAncestral, 10) - Crossings(SchedulerKind.EulerAncestral, 5), Is.EqualTo(5));

    [TestCase(1, 8)]
    [TestCase(3, 3)]    // steps 0, 3 and 6
    [TestCase(8, 1)]
    [TestCase(20, 1)]
    public void Latents_ObservedEverySoManySteps_OnlyThoseCross(int every, int seen)
    {
        using var editor = new DiffusionEditor(s_bundle,
            s_options with { Scheduler = SchedulerKind.Ddim, InferenceSteps = 8, Strength = 1 });
        var steps = new List<int>();
        long Crossed(DenoiseObserver? observer)
        {
            long before = editor.Sessions.DeviceCopies;
            _ = editor.DenoiseScene(Scene(1, 1), observer, every, progress: null, CancellationToken.None).Count();
            return editor.Sessions.DeviceCopies - before;
        }
        editor.Edit(Scene(0, 1));
        long unobserved = Crossed(null);

        Assert.That(Crossed((in DenoiseStep step) => steps.Add(step.Index)) - unobserved, Is.EqualTo(seen));

        Assert.That(steps, Is.EqualTo(Enumerable.Range(0, 8).Where(i => i % every == 0)));
    }

    /// <summary>Of the second scene, when everything is made.</summary>
    static long Crossings(SchedulerKind kind, int steps)
    {
        using var editor = new DiffusionEditor(s_bundle, s_options with { Scheduler = kind, InferenceSteps = steps, Strength = 1 });
        editor.Edit(Scene(0, 1));
        long before = editor.Sessions.DeviceCopies;
        editor.Edit(Scene(1, 1));
        return editor.Sessions.DeviceCopies - before;
    }

    static EditInput Scene(int number, int controls) => new()
    {
        SceneId = $"v-Scene-{number:000}",
        Prompt = number % 2 == 0 ? "a red bottle" : "an apple on a table",
        Image = Wave(3 * Side * Side, 0.011f + 0.003f * number),
        Controls = [.. Enumerable.Range(0, controls).Select(c =>
            (ReadOnlyMemory<float>)Array.ConvertAll(Wave(2 * Side * Side, 0.05f + 0.02f * c + 0.01f * number), v => v > 0.2f ? 1f : 0.3f))],
    };

    static float[] Wave(int length, float frequency) => [.. Enumerable.Range(0, length).Select(i => 0.8f * MathF.Sin(frequency * i))];
}
