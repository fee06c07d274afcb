using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.Transforms.Diffusion.Sampling;

public sealed class BatchTests
{
    const int Side = 32, Controls = 5;

    static readonly ModelBundle s_bundle = ModelBundle.Open(BundledModels.Tiny);

    static readonly EditOptions s_options = new() { Width = Side, Height = Side, InferenceSteps = 5, Strength = 0.6 };

    static EditInput Scene => new()
    {
        SceneId = "v-Scene-001",
        Prompt = "a red bottle",
        Image = (float[])[.. Enumerable.Range(0, 3 * Side * Side).Select(i => 0.8f * MathF.Sin(0.013f * i))],
        Controls = [.. Enumerable.Range(0, Controls).Select(c =>
            (ReadOnlyMemory<float>)(float[])[.. Enumerable.Range(0, 2 * Side * Side)
            .Select(i => i < Side * Side ? i % Side < 20 ? 1f : 0 : 0.5f + 0.1f * c * MathF.Sin(0.02f * i))])],
    };

    static float[][] Edit(EditOptions options, Action<int>? starting = null)
    {
        using var editor = new DiffusionEditor(s_bundle, options) { BatchStarting = starting };
        return [.. editor.Edit(Scene)];
    }

    /// <summary>Not within rounding: the same bits.</summary>
    [Test]
    public void Edit_AnyBatch_GivesTheSameBits([Values(1f, 7.5f)] float guidance)
    {
        EditOptions options = s_options with { GuidanceScale = guidance };
        float[][] alone = Edit(options);
        foreach (int batch in new[] { 2, 3, 5, EditOptions.AutoBatch })
            Assert.That(Edit(options with { Batch = batch }), Is.EqualTo(alone), $"batch {batch}");
        Assert.That(alone[1], Is.Not.EqualTo(alone[0]), "the control must matter");
    }

    [Test]
    public void Edit_MemoryRunsOut_GoesOnWithHalfAsMany()
    {
        var asked = new List<int>();
        float[][] made = Edit(s_options with { Batch = 5 }, n =>
        {
            asked.Add(n);
            if (n > 2) throw new InsufficientMemoryException("of the test's own");
        });
        Assert.That(asked, Is.EqualTo(new[] { 5, 2, 2, 1 }));
        Assert.That(made, Is.EqualTo(Edit(s_options)));
    }

    [Test]
    public void Edit_MemoryRunsOutForOne_Fails() =>
        Assert.That(() => Edit(s_options with { Batch = 2 }, _ => throw new InsufficientMemoryException("of the test's own")),
        Throws.InstanceOf<OutOfMemoryException>());

    [Test]
    public void Edit_Auto_MeasuresOneAndThenTakesMore()
    {
        var asked = new List<int>();
        Edit(s_options with { Batch = EditOptions.AutoBatch }, asked.Add);
        Assert.That(asked[0], Is.EqualTo(1));
        Assert.That(asked.Sum(), Is.EqualTo(Controls));
        Assert.That(asked.Skip(1).Max(), Is.GreaterThan(1), "there is memory for two of these small pictures on any machine");
    }

    // Growth and free memory in MB; six tenths of what is free may be taken, for eight pictures at most.
    [TestCase(100, 1000, 6)]
    [TestCase(100, 150, 1)]
    [TestCase(100, 0, 1)]
    [TestCase(100, 1_000_000, 8)]
    [TestCase(0, 100, 3)]      // no growth seen: 16 MB are assumed
    [TestCase(-50, 100, 3)]
    public void Auto_TakesWhatFits(long growth, long free, int expected)
    {
        var size = new BatchSize(EditOptions.AutoBatch);
        Assert.That((size.IsUnknown, size.Next(5)), Is.EqualTo((true, 1)));
        size.Measured(growth << 20, free << 20);
        Assert.That((size.IsUnknown, size.Next(100), size.Next(1)), Is.EqualTo((false, expected, 1)));
    }

    [Test]
    public void Asked_IsTaken_AndHalvedWhereItDoesNotFit()
    {
        var size = new BatchSize(7);
        Assert.That((size.IsUnknown, size.Next(100)), Is.EqualTo((false, 7)));
        Assert.That((size.Shrink(7), size.Next(100)), Is.EqualTo((true, 3)));
        Assert.That((size.Shrink(3), size.Next(100)), Is.EqualTo((true, 1)));
        Assert.That(size.Shrink(1), Is.False);
    }
}
