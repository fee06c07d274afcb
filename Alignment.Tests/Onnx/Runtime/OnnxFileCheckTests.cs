using Alignment.Onnx.Runtime;

namespace Alignment.Tests.Onnx.Runtime;

public sealed class OnnxFileCheckTests
{
    static string Write(TempFolder folder, byte[] model)
    {
        Directory.CreateDirectory(folder["bundle"]);
        File.WriteAllBytes(folder["bundle", "m.onnx"], model);
        return folder["bundle", "m.onnx"];
    }

    [Test]
    public void Read_GoodModel_TellsInputsOutputsAndParameters()
    {
        using var folder = new TempFolder();
        OnnxHeader header = OnnxFileCheck.Read(Write(folder, ProtoText.AddModel(ProtoText.RawTensor)));
        Assert.Multiple(() =>
        {
            Assert.That(header.Inputs.Select(i => $"{i.Name} {i.Type} {i.Shape}"), Is.EqualTo(new[] { "x float32 [n]" }));
            Assert.That(header.Outputs.Select(o => $"{o.Name} {o.Type} {o.Shape}"), Is.EqualTo(new[] { "y float32 [n]" }));
            Assert.That(header.Parameters, Is.EqualTo(2));
            Assert.That(header.Opset, Is.EqualTo(17));
            Assert.That(header.ExternalFiles, Is.Empty);
        });
    }

    [Test]
    public void Read_WeightsBesideTheModel_ListsTheirFile()
    {
        using var folder = new TempFolder();
        string path = Write(folder, ProtoText.AddModel(ProtoText.ExternalTensor(5, "m.onnx_data", "4", "8")));
        File.WriteAllBytes(folder["bundle", "m.onnx_data"], new byte[12]);
        Assert.That(OnnxFileCheck.Read(path).ExternalFiles, Is.EqualTo(new[] { folder["bundle", "m.onnx_data"] }));
    }

    [TestCase("../secret")]
    [TestCase("sub/../../secret")]
    [TestCase("..\\secret")]
    [TestCase("/etc/hostname")]
    [TestCase("")]
    [TestCase("*/_ORT_MEM_ADDR_/*")]
    [TestCase("absent.bin")]
    [TestCase("link.bin")]
    [TestCase("linked/secret")]
    public void Read_WeightsElsewhere_IsRefusedByTensorName(string location)
    {
        using var folder = new TempFolder();
        string path = Write(folder, ProtoText.AddModel(ProtoText.ExternalTensor(5, location)));
        File.WriteAllBytes(folder["secret"], new byte[8]);
        File.CreateSymbolicLink(folder["bundle", "link.bin"], folder["secret"]);
        Directory.CreateSymbolicLink(folder["bundle", "linked"], folder.Path);
        Assert.That(() => OnnxFileCheck.Read(path), Throws.TypeOf<BadDataException>().With.Message.Contains("tensor 'w'"));
        Assert.That(() => OrtSessions.Open(path), Throws.TypeOf<BadDataException>().With.Message.Contains("tensor 'w'"));
    }

    [TestCase("5", "8")]
    [TestCase("9223372036854775807", "8")]
    [TestCase("-4", "8")]
    [TestCase("0", "9223372036854775807")]
    [TestCase("0", "12")]
    [TestCase("0x0", "8")]
    public void Read_PlaceOutsideTheFile_IsRefusedByTensorName(string offset, string length)
    {
        using var folder = new TempFolder();
        string path = Write(folder, ProtoText.AddModel(ProtoText.ExternalTensor(5, "w.bin", offset, length)));
        File.WriteAllBytes(folder["bundle", "w.bin"], new byte[12]);
        Assert.That(() => OnnxFileCheck.Read(path), Throws.TypeOf<BadDataException>().With.Message.Contains("tensor 'w'"));
    }

    [Test]
    public void Read_WeightsElsewhereInsideAConstantOfASubgraph_IsRefused()
    {
        using var folder = new TempFolder();
        byte[] constant = ProtoText.Bytes(1, ProtoText.Text(4, "Constant"),
            ProtoText.Bytes(5, ProtoText.Text(1, "value"), ProtoText.ExternalTensor(5, "../secret")));
        byte[] branch = ProtoText.Bytes(1, ProtoText.Text(4, "If"),
            ProtoText.Bytes(5, ProtoText.Text(1, "then_branch"), ProtoText.Bytes(6, constant)));
        string path = Write(folder, ProtoText.AddModel([.. ProtoText.RawTensor, .. branch]));
        Assert.That(() => OnnxFileCheck.Read(path), Throws.TypeOf<BadDataException>().With.Message.Contains("../secret"));
    }

    [Test]
    public void Read_CutOrChangedAnywhere_NeverAnythingButBadData()
    {
        using var folder = new TempFolder();
        byte[] good = ProtoText.AddModel(ProtoText.RawTensor);
        for (int at = 0; at < good.Length; at++)
        {
            ReadsOrRefuses(folder, good[..at]);
            foreach (byte value in (byte[])[0, 0x7F, 0xFF, (byte)(good[at] ^ 1), (byte)(good[at] ^ 8)])
            {
                byte[] mutant = [.. good];
                mutant[at] = value;
                ReadsOrRefuses(folder, mutant);
            }
        }
    }

    [Test]
    public void Read_ModelInMemory_MayHaveNoWeightsElsewhere()
    {
        Assert.That(OnnxFileCheck.Read(ProtoText.AddModel(ProtoText.RawTensor), "m").Parameters, Is.EqualTo(2));
        byte[] model = ProtoText.AddModel(ProtoText.ExternalTensor(5, "w.bin"));
        Assert.That(() => OrtSessions.Open(model, "m"),
            Throws.TypeOf<BadDataException>().With.Message.Contains("tensor 'w'").And.Message.Contains("'m'"));
    }

    [Test]
    public void Read_NotAModel_IsBadData()
    {
        using var folder = new TempFolder();
        foreach (byte[] bytes in (byte[][])[[], "this is no model"u8.ToArray(), [0xFF, 0xFF, 0xFF], ProtoText.Int(1, 8)])
            Assert.That(() => OnnxFileCheck.Read(Write(folder, bytes)), Throws.TypeOf<BadDataException>().With.Message.Contains("m.onnx"));
        Assert.That(() => OnnxFileCheck.Read(folder["bundle", "absent.onnx"]),
            Throws.TypeOf<BadDataException>().With.Message.Contains("absent.onnx"));
    }

    [Test]
    public void Read_MessagesNestedWithoutEnd_IsBadData()
    {
        using var folder = new TempFolder();
        byte[] graph = [];
        for (int i = 0; i < 2000; i++) graph = ProtoText.Bytes(1, ProtoText.Bytes(5, ProtoText.Bytes(6, graph)));
        Assert.That(() => OnnxFileCheck.Read(Write(folder, ProtoText.Bytes(7, graph))),
            Throws.TypeOf<BadDataException>().With.Message.Contains("nested"));
    }

    static void ReadsOrRefuses(TempFolder folder, byte[] model)
    {
        string path = Write(folder, model);
        try { OnnxFileCheck.Read(path); }
        catch (BadDataException) { }
    }
}
