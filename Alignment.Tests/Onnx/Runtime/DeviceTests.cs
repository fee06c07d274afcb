using Alignment.Onnx.Runtime;

namespace Alignment.Tests.Onnx.Runtime;

public sealed class DeviceTests
{
    [TestCase("cpu", nameof(DeviceKind.Cpu), 0, "cpu")]
    [TestCase(" CPU ", nameof(DeviceKind.Cpu), 0, "cpu")]
    [TestCase("cuda", nameof(DeviceKind.Cuda), 0, "cuda")]
    [TestCase("cuda:0", nameof(DeviceKind.Cuda), 0, "cuda")]
    [TestCase("Cuda:1", nameof(DeviceKind.Cuda), 1, "cuda:1")]
    [TestCase("dml", nameof(DeviceKind.DirectMl), 0, "dml")]
    [TestCase("dml:2", nameof(DeviceKind.DirectMl), 2, "dml:2")]
    public void Parse_KnownText_IsThatDevice(string text, string kind, int index, string printed)
    {
        var device = Device.Parse(text);
        Assert.That(device, Is.EqualTo(new Device(Enum.Parse<DeviceKind>(kind), index)));
        Assert.That(device.ToString(), Is.EqualTo(printed));
    }

    [TestCase("")]
    [TestCase("gpu")]
    [TestCase("cpu:0")]
    [TestCase("cuda:")]
    [TestCase("cuda:-1")]
    [TestCase("cuda:64")]
    [TestCase("cuda:99999999999")]
    [TestCase("cuda:1:2")]
    [TestCase("cuda: 1")]
    public void Parse_OtherText_IsAUsageErrorThatListsTheForms(string text) =>
        Assert.That(() => Device.Parse(text),
        Throws.TypeOf<UsageException>().With.Message.Contains("cuda:N").And.Message.Contains($"'{text}'"));
}
