using System.Globalization;
using System.Runtime.InteropServices;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

public sealed class DiffusionEditorTests
{
    const string Model = "tiny-sd";
    const int Width = 48, Height = 32;

    static readonly EditOptions s_options = new() { Width = Width, Height = Height, Scheduler = SchedulerKind.Ddim, InferenceSteps = 5 };

    static DiffusionEditor Editor(EditOptions options) => new(TinyBundles.Of(Model), options);

    /// <summary>A scene and as many different controls as asked for.</summary>
    static EditInput Scene(int controls = 1) => new()
    {
        SceneId = "bottle_ad-Scene-001",
        Prompt = "a red house",
        Image = Wave(3 * Width * Height, 0.9, 0.031),
        Controls = [.. Enumerable.Range(0, controls).Select(c =>
            new ReadOnlyMemory<float>([.. Wave(2 * Width * Height, 0.5, 0.01 + 0.003 * c).Select(v => v + 0.5f)]))],
    };

    static float[] Wave(int count, double amplitude, double frequency) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(amplitude * Math.Sin(frequency * i)))];

    static byte[] Bits(float[] picture) => MemoryMarshal.AsBytes<float>(picture).ToArray();

    [TestCase(0f)]
    [TestCase(0.5f)]
    public void Edit_BatchOfThreeOrOne_GivesTheSamePictures(float eta)
    {
        using DiffusionEditor alone = Editor(s_options with { Eta = eta }), together = Editor(s_options with { Eta = eta, Batch = 3 });
        IReadOnlyList<float[]> a = alone.Edit(Scene(4)), b = together.Edit(Scene(4)); // 4: a full batch and a remainder
        double worst = a.Zip(b).Max(p => SafetensorsFile.Error(p.First, p.Second));
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"largest difference {worst:e1}"));
        Assert.That(worst, Is.LessThanOrEqualTo(1e-5)); // matrix products may be blocked differently for more rows
        Assert.That(SafetensorsFile.Error(a[0], a[1]), Is.GreaterThan(1e-3), "different controls must give different pictures");
    }

    [Test]
    public void Edit_TwoEditorsAndOtherWorkBetween_SameBits()
    {
        using DiffusionEditor one = Editor(s_options), two = Editor(s_options);
        byte[] first = Bits(one.Edit(Scene())[0]);
        two.Edit(Scene(2) with { SceneId = "other", Prompt = "a boat", Image = Wave(3 * Width * Height, 0.3, 0.07) });
        Assert.That(Bits(two.Edit(Scene())[0]), Is.EqualTo(first));
        Assert.That(Bits(one.Edit(Scene())[0]), Is.EqualTo(first));
    }

    [Test]
    public void Edit_OtherSceneIdOrSeed_OtherNoise()
    {
        using DiffusionEditor editor = Editor(s_options), seeded = Editor(s_options with { Seed = 1 });
        byte[] picture = Bits(editor.Edit(Scene())[0]);
        Assert.That(Bits(editor.Edit(Scene() with { SceneId = "bottle_ad-Scene-002" })[0]), Is.Not.EqualTo(picture));
        Assert.That(Bits(seeded.Edit(Scene())[0]), Is.Not.EqualTo(picture));
    }

    [Test]
    public void Edit_Steps_AllocateNothing()
    {
        using DiffusionEditor editor = Editor(s_options with { InferenceSteps = 8, Strength = 1, Batch = 2 });
        var allocated = new long[8];
        for (int edit = 0; edit < 2; edit++) // the first compiles, and makes and binds everything once
            editor.Edit(Scene(2), observer: (in DenoiseStep step) => allocated[step.Index] = GC.GetAllocatedBytesForCurrentThread());
        Assert.That(allocated[^1] - allocated[0], Is.Zero);
    }

    [Test]
    public void Edit_StrengthZero_IsTheSourceItself()
    {
        using DiffusionEditor editor = Editor(s_options with { Strength = 0 });
        EditInput scene = Scene(2);
        IReadOnlyList<float[]> edited = editor.Edit(scene);
        Assert.That(edited, Has.Count.EqualTo(2));
        Assert.That(edited[1], Is.EqualTo(scene.Image.ToArray().Select(v => v / 2 + 0.5f)).Within(1e-7f));
    }

    [Test]
    public void Edit_FromNoise_NeedsNoScene()
    {
        using DiffusionEditor editor = Editor(s_options with { FromNoise = true });
        int steps = 0;
        float[] without = editor.Edit(Scene() with { Image = default }, (in DenoiseStep _) => steps++)[0];
        Assert.That(steps, Is.EqualTo(5));
        Assert.That(Bits(editor.Edit(Scene())[0]), Is.EqualTo(Bits(without)));
    }

    [TestCase(1f)]
    [TestCase(0f)]
    public void Edit_GuidanceUpToOne_DoesNotReadTheNegativePrompt(float guidance)
    {
        using DiffusionEditor plain = Editor(s_options with { GuidanceScale = guidance }),
            negative = Editor(s_options with { GuidanceScale = guidance, NegativePrompt = "blurry" });
        Assert.That(Bits(negative.Edit(Scene())[0]), Is.EqualTo(Bits(plain.Edit(Scene())[0])));
    }

    [Test]
    public void Edit_GuidanceJustAboveOne_AgreesWithNone()
    {
        // ε₋ + g (ε₊ − ε₋) is continuous in g, so both ways of computing it must meet at 1.
        using DiffusionEditor none = Editor(s_options with { GuidanceScale = 1 }),
            little = Editor(s_options with { GuidanceScale = 1.00001f });
        Assert.That(SafetensorsFile.Error(little.Edit(Scene())[0], none.Edit(Scene())[0]), Is.LessThan(1e-4));
    }

    [Test]
    public void Edit_Cancelled_StopsBetweenSteps()
    {
        using DiffusionEditor editor = Editor(s_options with { InferenceSteps = 50 });
        using var cancel = new CancellationTokenSource();
        int steps = 0;
        Assert.That(() => editor.Edit(Scene(), (in DenoiseStep _) => { if (++steps == 3) cancel.Cancel(); },
            cancellationToken: cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(steps, Is.EqualTo(3));
        Assert.That(() => editor.Edit(Scene()), Throws.Nothing, "an editor stays usable after a cancelled edit");
    }

    [Test]
    public void Edit_Progress_CountsStepsOfAllControls()
    {
        using DiffusionEditor editor = Editor(s_options with { Batch = 2 });
        var seen = new List<WorkProgress>();
        editor.Edit(Scene(3), progress: new Collect(seen));
        // 3 steps (strength 0.6 of 5), 3 controls
        Assert.That(seen[^1], Is.EqualTo(new WorkProgress("denoising", 9, 9, "bottle_ad-Scene-001")));
        Assert.That(seen.Select(p => p.Done), Is.Ordered);
    }

    sealed class Collect(List<WorkProgress> into) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => into.Add(value);
    }

    [Test]
    public void Encode_SamePromptOrPicture_IsDoneOnce()
    {
        using DiffusionEditor editor = Editor(s_options);
        PromptEmbedding boat = editor.EncodePrompt("a boat");
        Assert.That(editor.EncodePrompt("a boat"), Is.SameAs(boat));
        float[] image = Wave(3 * Width * Height, 0.9, 0.031);
        Assert.That(editor.EncodeImage(image), Is.SameAs(editor.EncodeImage([.. image])));
        Assert.That(editor.EncodePrompt(string.Join(' ', Enumerable.Repeat("zz", 200))).CutTokens, Is.GreaterThan(0));
    }

    [Test]
    public void Edit_AfterDispose_IsRefused()
    {
        DiffusionEditor editor = Editor(s_options);
        editor.Edit(Scene());
        editor.Dispose();
        Assert.That(() => editor.Edit(Scene()), Throws.TypeOf<ObjectDisposedException>());
    }

    [TestCase(50, 32, "48x32 or 56x32")]
    [TestCase(49, 31, "48x24 or 56x32")]
    [TestCase(8, 33, "8x32 or 8x40")]
    public void New_SizeTheBundleCannotDo_NamesTheNearest(int width, int height, string nearest)
    {
        ModelBundle bundle = TinyBundles.Of("tiny-sd-4level");
        Assert.That(() => new DiffusionEditor(bundle, new() { Width = width, Height = height }),
            Throws.TypeOf<UsageException>().With.Message.Contains(nearest));
    }

    [Test]
    public void Edit_ControlOfAnotherSize_IsRefused()
    {
        using DiffusionEditor editor = Editor(s_options);
        Assert.That(() => editor.Edit(Scene() with { Controls = [new float[7]] }),
            Throws.TypeOf<BadDataException>().With.Message.Contains("[2,32,48]"));
        Assert.That(() => editor.Edit(Scene() with { Image = new float[7] }),
            Throws.TypeOf<BadDataException>().With.Message.Contains("[3,32,48]"));
    }

    static IEnumerable<TestCaseData> BadOptions() =>
    [
        new TestCaseData(new EditOptions { InferenceSteps = 0 }, "EditOptions.InferenceSteps"),
        new TestCaseData(new EditOptions { GuidanceScale = float.NaN }, "EditOptions.GuidanceScale"),
        new TestCaseData(new EditOptions { Strength = 1.01 }, "EditOptions.Strength"),
        new TestCaseData(new EditOptions { ConditioningScale = -1 }, "EditOptions.ConditioningScale"),
        new TestCaseData(new EditOptions { Scheduler = SchedulerKind.Ddim, Eta = 2 }, "EditOptions.Eta"),
        new TestCaseData(new EditOptions { Eta = 0.5f }, "EditOptions.Eta"),
        new TestCaseData(new EditOptions { Width = 0 }, "EditOptions.Width"),
        new TestCaseData(new EditOptions { Batch = -1 }, "EditOptions.Batch"),
        new TestCaseData(new EditOptions { Scheduler = (SchedulerKind)99 }, "EditOptions.Scheduler"),
        new TestCaseData(new EditOptions { Region = new() { Feather = -1 } }, "Feather"),
        new TestCaseData(new EditOptions { PromptTemplate = "" }, "EditOptions.PromptTemplate"),
    ];

    [TestCaseSource(nameof(BadOptions))]
    public void Check_OptionOutOfRange_IsNamed(EditOptions options, string named) =>
        Assert.That(options.Check, Throws.TypeOf<UsageException>().With.Message.Contains(named));

    [Test]
    public void PromptFor_Keyword_StandsInItsPlace() =>
        Assert.That(new EditOptions { PromptTemplate = "{keyword}, studio light" }.PromptFor("red {shoe}"),
        Is.EqualTo("red {shoe}, studio light"));
}
