using System.Buffers.Binary;
using System.Text;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Weights;

public sealed class SafetensorsFileTests
{
    /// <summary>A file of this header text and this many data bytes, written by hand.</summary>
    static string Make(TempFolder folder, string header, int dataBytes, ulong? headerLength = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, headerLength ?? (ulong)json.Length);
        json.CopyTo(file, 8);
        for (int i = 0; i < dataBytes; i++) file[8 + json.Length + i] = (byte)i;
        string path = folder["x.safetensors"];
        File.WriteAllBytes(path, file);
        return path;
    }

    static string Tensor(string name, string dtype, string shape, string offsets) =>
        $$"""  "{{name}}": {"dtype":"{{dtype}}","shape":{{shape}},"data_offsets":{{offsets}}}""";

    [Test]
    public void Read_HandWrittenFile_GivesTheBytesAsWritten()
    {
        using var folder = new TempFolder();
        // 1.5 as float32, float16 and bfloat16, by their published bit patterns; an int64 of −2.
        byte[] data = [0x00, 0x00, 0xC0, 0x3F, 0x00, 0x3E, 0xC0, 0x3F, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        string header = "{\"__metadata__\":{\"format\":\"pt\"}," + Tensor("f", "F32", "[1,1]", "[0,4]") + ","
            + Tensor("h", "F16", "[1]", "[4,6]")
            + "," + Tensor("b", "BF16", "[1]", "[6,8]") + "," + Tensor("i", "I64", "[]", "[8,16]") + "}  ";
        string path = Make(folder, header, data.Length);
        byte[] file = File.ReadAllBytes(path);
        data.CopyTo(file, file.Length - data.Length);
        File.WriteAllBytes(path, file);

        using var open = SafetensorsFile.Open(path);

        Assert.Multiple(() =>
        {
            Assert.That(open.ReadFloats("f"), Is.EqualTo(new[] { 1.5f }));
            Assert.That(open.ReadFloats("h"), Is.EqualTo(new[] { 1.5f }));
            Assert.That(open.ReadFloats("b"), Is.EqualTo(new[] { 1.5f }));
            Assert.That(open.ReadIntegers("i"), Is.EqualTo(new[] { -2L }));
            Assert.That(open.Infos["f"].Shape, Is.EqualTo(new[] { 1L, 1L }));
            Assert.That(open.Metadata["format"], Is.EqualTo("pt"));
            Assert.That(() => open.ReadFloats("i"),
                Throws.TypeOf<BadDataException>().With.Message.Contains("'i'").And.Message.Contains("I64"));
            Assert.That(() => open.ReadFloats("none"), Throws.TypeOf<BadDataException>().With.Message.Contains("'none'"));
        });
    }

    [Test]
    public void Read_InPieces_EqualsWhole()
    {
        using var open = SafetensorsFile.Open(Shared.Path("fixtures", "tiny-sd", "vae", "diffusion_pytorch_model.safetensors"));
        const string Name = "decoder.conv_in.weight";
        float[] whole = open.ReadFloats(Name), pieces = new float[whole.Length];
        for (int at = 0; at < pieces.Length; at += 7) open.Read(Name, at, pieces.AsSpan(at, Math.Min(7, pieces.Length - at)));
        Assert.That(pieces, Is.EqualTo(whole));
        Assert.That(() => open.Read(Name, whole.Length - 1, new float[2]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Open_FileOfTheReferenceWriter_ListsAllItsTensors()
    {
        using var open = SafetensorsFile.Open(Shared.Path("fixtures", "io", "tiny-sd", "text_encoder.safetensors"));
        Assert.That(open.Infos["input_ids"], Has.Property("Type").EqualTo(WeightType.I64));
        Assert.That(open.Infos["input_ids"].Shape, Is.EqualTo(new[] { 3L, 77L }));
        Assert.That(open.ReadIntegers("input_ids"), Has.Length.EqualTo(231));
    }

    // Each row: why it is wrong, the header, its data bytes, and a word the message must have.
    static readonly object[][] s_bad =
    [
        ["no JSON", "{", 0, "JSON"],
        ["an array", "[]", 0, "Object"],
        ["duplicate tensor", "{" + Tensor("a", "F32", "[1]", "[0,4]") + "," + Tensor("a", "F32", "[1]", "[0,4]") + "}", 4, "Duplicate"],
        ["duplicate tensor, one escaped", "{" + Tensor("a", "F32", "[1]", "[0,4]") + "," + Tensor("\\u0061", "F32", "[1]", "[0,4]") + "}",
            4, "Duplicate"],
        ["duplicate field", """{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "Duplicate"],
        ["unknown field", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "'x'"],
        ["missing field", """{"a":{"dtype":"F32","shape":[1]}}""", 4, "'a'"],
        ["unknown dtype", "{" + Tensor("a", "F33", "[1]", "[0,4]") + "}", 4, "F33"],
        ["dtype as number", "{" + Tensor("a", "0", "[1]", "[0,4]") + "}", 4, "'0'"],
        ["overlap", "{" + Tensor("a", "F32", "[2]", "[0,8]") + "," + Tensor("b", "F32", "[1]", "[4,8]") + "}", 8, "overlap"],
        ["hole", "{" + Tensor("a", "F32", "[1]", "[0,4]") + "," + Tensor("b", "F32", "[1]", "[8,12]") + "}", 12, "hole"],
        ["not from 0", "{" + Tensor("a", "F32", "[1]", "[4,8]") + "}", 8, "'a'"],
        ["data left over", "{" + Tensor("a", "F32", "[1]", "[0,4]") + "}", 8, "longer"],
        ["truncated", "{" + Tensor("a", "F32", "[2]", "[0,8]") + "}", 4, "truncated"],
        ["shape and bytes differ", "{" + Tensor("a", "F32", "[3]", "[0,8]") + "}", 8, "12"],
        ["negative size", "{" + Tensor("a", "F32", "[-1,-2]", "[0,8]") + "}", 8, "[-1, -2]"],
        ["overflow to a fitting number", "{" + Tensor("a", "F32", "[4611686018427387904,4]", "[0,0]") + "}", 0, "4611686018427387904"],
        ["size beyond int64", "{" + Tensor("a", "F32", "[99999999999999999999]", "[0,4]") + "}", 4, "x.safetensors"],
        ["fractional size", "{" + Tensor("a", "F32", "[1.5]", "[0,4]") + "}", 4, "x.safetensors"],
        ["backward offsets", "{" + Tensor("a", "F32", "[1]", "[4,0]") + "}", 4, "begin <= end"],
        ["far offsets", "{" + Tensor("a", "F32", "[1]", "[9223372036854775803,9223372036854775807]") + "}", 4, "'a'"],
        ["three offsets", "{" + Tensor("a", "F32", "[1]", "[0,4,8]") + "}", 4, "data_offsets"],
        ["metadata no text", """{"__metadata__":{"a":1}}""", 0, "x.safetensors"],
        ["lone surrogate", """{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "x.safetensors"],
        ["deep nesting", string.Concat(Enumerable.Repeat("{\"a\":", 5000)), 0, "x.safetensors"],
    ];

    [TestCaseSource(nameof(s_bad))]
    public void Open_WrongHeader_SaysWhatIsWrong(string why, string header, int dataBytes, string word)
    {
        using var folder = new TempFolder();
        string path = Make(folder, header, dataBytes);
        Assert.That(() => SafetensorsFile.Open(path).Dispose(),
            Throws.TypeOf<BadDataException>().With.Message.Contains(word).And.Message.Contains("x.safetensors"), why);
    }

    [TestCase(10_000_000_000UL)]
    [TestCase(ulong.MaxValue)]
    [TestCase(100_000_001UL)]
    public void Open_HugeHeader_IsRefusedBeforeAllocating(ulong length)
    {
        using var folder = new TempFolder();
        string path = Make(folder, "{}", 0, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => SafetensorsFile.Open(path), Throws.TypeOf<BadDataException>().With.Message.Contains("100000000"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
    }

    [Test]
    public void Open_HeaderLongerThanFile_IsRefused()
    {
        using var folder = new TempFolder();
        Assert.That(() => SafetensorsFile.Open(Make(folder, "{}", 0, 99_000_000)),
            Throws.TypeOf<BadDataException>().With.Message.Contains("truncated"));
    }

    [Test]
    public void Open_NoFile_IsBadData() =>
        Assert.That(() => SafetensorsFile.Open("no-such.safetensors"),
        Throws.TypeOf<BadDataException>().With.Message.Contains("no-such.safetensors"));

    [Test]
    public void Open_EveryHeaderByteChanged_NeverAnythingButBadData()
    {
        using var folder = new TempFolder();
        string header = "{" + Tensor("a", "F32", "[2]", "[0,8]") + "," + Tensor("b", "F16", "[1,2]", "[8,12]") + "}";
        byte[] good = File.ReadAllBytes(Make(folder, header, 12));
        string path = folder["mutant.safetensors"];
        for (int at = 0; at < good.Length - 12; at++)
            foreach (byte value in (byte[])[0, 0xFF, (byte)'"', (byte)'9', (byte)'-', (byte)(good[at] ^ 1), (byte)(good[at] ^ 0x80)])
            {
                byte[] mutant = [.. good];
                mutant[at] = value;
                OpenAndReadAll(path, mutant);
            }
    }

    [Test]
    public void Open_CutAnywhere_IsBadData()
    {
        using var folder = new TempFolder();
        byte[] good = File.ReadAllBytes(Make(folder, "{" + Tensor("a", "F32", "[2]", "[0,8]") + "}", 8));
        string path = folder["cut.safetensors"];
        for (int length = 0; length < good.Length; length++)
            Assert.That(OpenAndReadAll(path, good[..length]), Is.False, $"cut to {length}");
    }

    /// <summary>True when the file opens and every tensor reads; false when it is refused as bad data. Any other exception fails the
    /// test.</summary>
    static bool OpenAndReadAll(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        try
        {
            using var open = SafetensorsFile.Open(path);
            foreach (WeightInfo info in open.Infos.Values.Where(i => i.Type.IsReadable())) _ = open.ReadFloats(info.Name);
            return true;
        }
        catch (BadDataException)
        {
            return false;
        }
    }
}
