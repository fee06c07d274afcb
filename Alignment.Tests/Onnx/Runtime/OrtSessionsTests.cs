using Alignment.Onnx.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Onnx.Runtime;

public sealed class OrtSessionsTests
{
    [TestCase(true, true)]
    [TestCase(false, false)]
    public void Open_GoodModel_Runs(bool prepacking, bool memoryPattern)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["m.onnx"], ProtoText.AddModel(ProtoText.RawTensor));
        using InferenceSession session = OrtSessions.Open(folder["m.onnx"],
            new() { Prepacking = prepacking, MemoryPattern = memoryPattern });
        using var x = OrtValue.CreateTensorValueFromMemory(new[] { 1f, 2f }, [2]);
        using var run = new RunOptions();
        using var y = session.Run(run, ["x"], [x], ["y"]);
        Assert.That(y[0].GetTensorDataAsSpan<float>().ToArray(), Is.EqualTo(new[] { 11f, 22f }));
    }

    [Test]
    public void Open_ProviderNotInThisBuild_SaysWhatIsThereAndWhatIsNeeded()
    {
        Assume.That(OrtSessions.Providers, Does.Not.Contain("CUDAExecutionProvider"));
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["m.onnx"], ProtoText.AddModel(ProtoText.RawTensor));
        Assert.That(() => OrtSessions.Open(folder["m.onnx"], new() { Device = Device.Parse("cuda:1") }),
            Throws.TypeOf<MissingDependencyException>().With.Message.Contains("cuda:1").And.Message.Contains(
            "CPUExecutionProvider").And.Message.Contains("-p:OnnxRuntimeFlavor=Gpu"));
        Assert.That(() => OrtSessions.Open(folder["m.onnx"], new() { Device = Device.Parse("dml") }),
            Throws.TypeOf<MissingDependencyException>().With.Message.Contains("-p:OnnxRuntimeFlavor=DirectML"));
    }

    [Test]
    public void Open_ModelThatOnnxRuntimeRefuses_IsBadDataWithItsName()
    {
        using var folder = new TempFolder();
        byte[] model = ProtoText.AddModel(ProtoText.RawTensor);
        model[model.AsSpan().IndexOf("Add"u8)] = (byte)'O';
        File.WriteAllBytes(folder["odd.onnx"], model);
        Assert.That(() => OrtSessions.Open(folder["odd.onnx"]),
            Throws.TypeOf<BadDataException>().With.Message.Contains("odd.onnx").And.InnerException.TypeOf<OnnxRuntimeException>());
    }

    [Test]
    public void Threads_OutOfRange_IsAUsageError()
    {
        Assert.That(() => OrtThreads.Use(0), Throws.TypeOf<UsageException>());
        _ = OrtSessions.Providers;
        Assert.That(() => OrtThreads.Use(OrtThreads.Count + 1),
            Throws.TypeOf<UsageException>().With.Message.Contains("before loading any model"));
        Assert.That(() => OrtThreads.Use(OrtThreads.Count), Throws.Nothing);
    }
}
