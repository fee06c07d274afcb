using System.Text;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Weights;

public sealed class SafetensorsWriterTests
{
    [Test]
    public void Write_SmallFile_HasTheBytesOfTheFormat()
    {
        using var folder = new TempFolder();
        SafetensorsWriter.Write(folder["a.safetensors"], [SafetensorsTensor.Floats("attention", [1, 2], new[] { 1f, -2f })]);

        byte[] bytes = File.ReadAllBytes(folder["a.safetensors"]);
        const string Json = """{"attention":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        string padded = Json.PadRight((Json.Length + 7) / 8 * 8);
        byte[] expected = [(byte)padded.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(padded), 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0];
        Assert.That(bytes, Is.EqualTo(expected));
    }

    [Test]
    public void Write_InAnyOrder_SameBytes()
    {
        using var folder = new TempFolder();
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Floats("b", [2], new[] { 1f, 2f }),
            SafetensorsTensor.Integers("z", [1], new[] { 7L }),
            SafetensorsTensor.Floats("ä \" \n", [], new[] { 3f }),
        ];
        Dictionary<string, string> metadata = new() { ["y"] = "2", ["x"] = "1" };
        SafetensorsWriter.Write(folder["1"], tensors, metadata);
        SafetensorsWriter.Write(folder["2"], tensors.Reverse(), metadata.Reverse().ToDictionary());

        Assert.That(File.ReadAllBytes(folder["1"]), Is.EqualTo(File.ReadAllBytes(folder["2"])));
        using var open = SafetensorsFile.Open(folder["1"]);
        Assert.Multiple(() =>
        {
            Assert.That(open.ReadFloats("ä \" \n"), Is.EqualTo(new[] { 3f }));
            Assert.That(open.ReadFloats("b"), Is.EqualTo(new[] { 1f, 2f }));
            Assert.That(open.ReadIntegers("z"), Is.EqualTo(new[] { 7L }));
            Assert.That(open.Metadata, Is.EqualTo(metadata));
        });
    }

    [Test]
    public void Write_DuplicateName_IsRefusedAndNothingAppears()
    {
        using var folder = new TempFolder();
        var tensor = SafetensorsTensor.Floats("a", [1], new[] { 1f });
        Assert.That(() => SafetensorsWriter.Write(folder["a"], [tensor, tensor]), Throws.ArgumentException);
        Assert.That(Directory.EnumerateFiles(folder.Path), Is.Empty);
    }

    [Test]
    public void Write_TensorWithTooFewBytes_IsRefusedAndNothingAppears()
    {
        using var folder = new TempFolder();
        var tensor = new SafetensorsTensor(new("a", WeightType.F32, [2]), to => to.Write([1, 2, 3, 4]));
        Assert.That(() => SafetensorsWriter.Write(folder["a"], [tensor]),
            Throws.ArgumentException.With.Message.Contains("4 bytes instead of 8"));
        Assert.That(Directory.EnumerateFiles(folder.Path), Is.Empty);
    }
}
