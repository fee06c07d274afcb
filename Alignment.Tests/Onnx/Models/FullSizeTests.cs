using System.Diagnostics;
using Alignment.Onnx.Models;

namespace Alignment.Tests.Onnx.Models;

/// <summary>The full-size UNet, seeded: run by hand with --filter FullyQualifiedName~FullSizeTests. Writes 3.4 GB to the temporary
/// folder.</summary>
[Explicit("Writes 3.4 GB and takes minutes.")]
public sealed class FullSizeTests
{
    [Test]
    public void UNet_OfSd15_IsWrittenInBoundedMemoryAndLoads()
    {
        using var folder = new TempFolder();
        var watch = Stopwatch.StartNew();
        long before = GC.GetTotalAllocatedBytes();
        var config = new UNetConfig();
        UNet2DCondition.Author(config, new SeededWeights(UNet2DCondition.Weights(config))).Save(folder["unet.onnx"]);
        long allocated = GC.GetTotalAllocatedBytes() - before;
        TestContext.Out.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"written in {watch.Elapsed.TotalSeconds:0.0} s, {allocated >> 20} MB allocated, graph "
            + $"{new FileInfo(folder["unet.onnx"]).Length >> 10} KB, data {new FileInfo(folder["unet.onnx_data"]).Length >> 20} MB"));
        Assert.That(allocated, Is.LessThan(100 << 20));

        watch.Restart();
        using var session = Alignment.Onnx.Runtime.OrtSessions.Open(folder["unet.onnx"], new() { Prepacking = false });
        TestContext.Out.WriteLine(FormattableString.Invariant(
            $"loaded in {watch.Elapsed.TotalSeconds:0.0} s, working set {Environment.WorkingSet >> 20} MB"));
        Assert.That(session.InputMetadata, Has.Count.EqualTo(3 + 13));
    }
}
