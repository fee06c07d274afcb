using Alignment.MLNet.Training;
using Alignment.Onnx.Bundles;

namespace Alignment.Tests.MLNet.Training;

public sealed class OutOfMemoryTests
{
    static string Explain(ControlNetTrainingOptions options) =>
        OutOfMemory.Explain(options, ModelBundle.Open(BundledModels.Tiny), new InsufficientMemoryException()).Message;

    [Test]
    public void Explain_ManyScenesAtOnce_HalvesThemAndKeepsTheStep() =>
        Assert.That(Explain(new() { BatchSize = 4, Accumulation = 3, Width = 128, Height = 64 }),
        Does.Contain("ControlNetTrainingOptions.BatchSize 2 with ControlNetTrainingOptions.Accumulation 6")
            .And.Contain("ControlNetTrainingOptions.Width 96x48"));

    [Test]
    public void Explain_NothingButSizeLeft_SaysSize() =>
        Assert.That(Explain(new() { BatchSize = 1, Width = 512, Height = 512 }),
        Does.Contain("ControlNetTrainingOptions.Width 384x384").And.Not.Contain("BatchSize"));

    [Test]
    public void Explain_KeepsEverything_OffersRecomputationOnce()
    {
        Assert.That(Explain(new()), Does.Contain("ControlNetTrainingOptions.Recompute"));
        Assert.That(Explain(new() { Recompute = true }), Does.Not.Contain("ControlNetTrainingOptions.Recompute"));
    }

    [Test]
    public void Is_ThroughOtherExceptions_IsFound()
    {
        Assert.That(OutOfMemory.Is(new BadDataException("a model failed", new InsufficientMemoryException())));
        Assert.That(OutOfMemory.Is(new InvalidOperationException("out of memory")), Is.False, "only from who knows");
    }
}
