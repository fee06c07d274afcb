using System.Buffers.Binary;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Weights;

/// <summary>Reading PyTorch's files: both forms, every layout of a tensor, and files made to do harm.</summary>
public sealed class TorchCheckpointTests
{
    const int F32 = 4;

    static TorchCheckpoint Open(TempFolder folder, byte[] bytes)
    {
        File.WriteAllBytes(folder["model.pth"], bytes);
        return TorchCheckpoint.Open(folder["model.pth"]);
    }

    static float[] All(TorchCheckpoint file, string name)
    {
        var values = new float[file.Infos[name].Count];
        file.Read(name, 0, values);
        return values;
    }

    [TestCase(true, "state.")]
    [TestCase(false, "")]
    public void Open_StateDict_GivesEveryTensor(bool zip, string prefix)
    {
        using var folder = new TempFolder();
        using var file = Open(folder, zip ? TorchSamples.Zip() : TorchSamples.Legacy);
        Assert.Multiple(() =>
        {
            Assert.That(file.Infos.Values.Select(i => $"{i.Name} {i.Type} [{string.Join(",", i.Shape)}]"), Is.EquivalentTo(new[]
            {
                $"{prefix}features.0.weight F32 [2,6]", $"{prefix}features.0.transposed F32 [4,3]", $"{prefix}tail F32 [3]",
                $"{prefix}half F16 [3,1]", $"{prefix}brain BF16 [2]", $"{prefix}tracked I64 []",
            }));
            Assert.That(All(file, prefix + "features.0.weight"), Is.EqualTo(new[] { 0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }));
            Assert.That(All(file, prefix + "features.0.transposed"), Is.EqualTo(new[] { 0f, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11 }));
            Assert.That(All(file, prefix + "tail"), Is.EqualTo(new[] { 9f, 10, 11 }));
            Assert.That(All(file, prefix + "half"), Is.EqualTo(new[] { 0.5f, -2, 65504 }));
            Assert.That(All(file, prefix + "brain"), Is.EqualTo(new[] { 1f, -3 }));
            Assert.That(() => file.Read(prefix + "tracked", 0, new float[1]),
                Throws.TypeOf<BadDataException>().With.Message.Contains("I64"));
            Assert.That(() => file.Read("nothing", 0, new float[1]), Throws.TypeOf<BadDataException>().With.Message.Contains("'nothing'"));
            Assert.That(() => file.Read(prefix + "tail", 1, new float[3]), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    /// <summary>More elements than are gathered at once, from any place, in a permuted view: by arithmetic, not by the reader's own
    /// steps.</summary>
    [Test]
    public void Read_PartsOfAChannelsLastKernel_AreInRowMajorOrder()
    {
        const int Out = 5, In = 30, Side = 7;   // stored [Out, Side, Side, In]
        byte[] data = new byte[Out * In * Side * Side * F32];
        for (int i = 0; i < data.Length / F32; i++) BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * F32), i);
        byte[] pickle = PickleBytes.One("7", data.Length / F32, 0, [Out, In, Side, Side], [In * Side * Side, 1, Side * In, In]);
        using var folder = new TempFolder();
        using var file = Open(folder, TorchZipBytes.Of(("m/data.pkl", pickle), ("m/data/7", data)));

        foreach (int start in new[] { 0, 1, 48, 1500, 4321 })
        {
            var part = new float[Math.Min(3000, data.Length / F32 - start)];
            file.Read("w", start, part);
            var expected = Enumerable.Range(start, part.Length).Select(i =>
            {
                int x = i % Side, y = i / Side % Side, c = i / (Side * Side) % In, o = i / (Side * Side * In);
                return (float)(((o * Side + y) * Side + x) * In + c);
            });
            Assert.That(part, Is.EqualTo(expected), $"from {start}");
        }
    }

    static IEnumerable<TestCaseData> HostilePickles()
    {
        static TestCaseData Case(string name, byte[] pickle, params string[] words) =>
            new TestCaseData(pickle, words).SetArgDisplayNames(name);
        static PickleBytes New() => new();

        yield return Case("os.system", New().Name("os", "system").Op("(").Text("touch pwned").Op("tR").End(), "'os.system'", "at byte 2");
        yield return Case("builtins.eval", New().Name("builtins", "eval").Op("(").Text("1").Op("tR").End(), "'builtins.eval'");
        yield return Case("a name of torch that is not on the list", New().Op("}").Text("w").Name("torch", "load").Op("s").End(),
            "'torch.load'", "at byte 9");
        yield return Case("INST", New().Op("(ios\nsystem\n").End(), "Inst", "0x69");
        yield return Case("OBJ", New().Op("(").Name("collections", "OrderedDict").Op("o").End(), "Obj");
        yield return Case("NEWOBJ", New().Name("collections", "OrderedDict").Op(")\u0081").End(), "NewObj");
        yield return Case("STACK_GLOBAL", New().Text("os").Text("system").Op("\u0093").End(), "StackGlobal");
        yield return Case("EXT1", New().Op("\u0082\u0001").End(), "Ext1");
        yield return Case("protocol 4", [0x80, 4, .. "}."u8], "protocol 4");
        yield return Case("no opcode", New().Op("\u00ff").End(), "0xff", "at byte 2");
        yield return Case("attributes of a tensor", New().Tensor("0", 12, 0, [12], [1]).Op("}b").End(), "a tensor", "OrderedDict");
        yield return Case("a call of a text", New().Text("print").Op(")R").End(), "a call of a text");
        yield return Case("empty", [], "the end");
        yield return Case("truncated text", [0x80, 2, .. "X\u0010\0\0\0abc"u8], "the end");
        yield return Case("a text of 2 GB", [0x80, 2, (byte)'X', 0xff, 0xff, 0xff, 0x7f], "the end");
        yield return Case("a text of 4 GB", [0x80, 2, (byte)'X', 0xff, 0xff, 0xff, 0xff], "4294967295");
        yield return Case("a number of 255 bytes", [0x80, 2, 0x8a, 0xff, .. new byte[255], (byte)'.'], "255 bytes");
        yield return Case("truncated name", New().Op("ccollections").End()[..^1], "the end");
        yield return Case("no STOP", New().Op("}").End()[..^1], "the end");
        yield return Case("objects left over", New().Op("}}").End(), "left over");
        yield return Case("a pop past the mark", New().Op("}(s").End(), "0 objects");
        yield return Case("a tuple without a mark", New().Op("}t").End(), "no mark");
        yield return Case("unknown memo", New().Op("h\u0005").End(), "memo 5");
        yield return Case("duplicate key", New().Op("}(").Text("w").Op("N").Text("w").Op("Nu").End(), "'w' twice");
        yield return Case("a list as a key", New().Op("}]Ns").End(), "a list");
        yield return Case("a dict in itself", New().Op("}q\0").Text("again").Op("h\0s").End(), "nested");
        yield return Case("doubling dicts", Doubling(), "entries");
        yield return Case("names that grow", New().Op("}").Text(new string('n', 2000)).Op("Ns").End(), "2000 characters");
        yield return Case("more objects than a model has",
            [0x80, 2, .. Enumerable.Repeat((byte)')', PickleMachine.MostObjects + 1), (byte)'.'], "1048576 objects");
        yield return Case("no dict", New().Op("]").End(), "no dict");
        yield return Case("no tensor", New().Op("}").End(), "no tensor");
        yield return Case("storage outside", PickleBytes.One("../x", 12, 0, [12], [1]), "'../x'");
        yield return Case("storage that is not there", PickleBytes.One("9", 12, 0, [12], [1]), "no storage '9'");
        yield return Case("storage longer than its entry", PickleBytes.One("0", 13, 0, [13], [1]), "48 bytes", "52");
        yield return Case("storage of another type", PickleBytes.One("0", 12, 0, [12], [1], "HalfStorage"), "48 bytes", "24");
        yield return Case("negative storage", PickleBytes.One("0", -1, 0, [0], [1]), "-1 elements");
        yield return Case("endless storage", PickleBytes.One("0", long.MaxValue, 0, [12], [1]), "9223372036854775807");
        yield return Case("a shape beyond its storage", PickleBytes.One("0", 12, 0, [4, 4], [4, 1]), "[4, 4]", "12 elements");
        yield return Case("an offset beyond its storage", PickleBytes.One("0", 12, 10, [3], [1]), "inside the 12");
        yield return Case("strides beyond its storage", PickleBytes.One("0", 12, 0, [3, 4], [5, 1]), "inside the 12");
        yield return Case("strides that overflow", PickleBytes.One("0", 12, 0, [3, 4], [long.MaxValue / 2, long.MaxValue / 2]),
            "inside the 12");
        yield return Case("a shape that overflows", PickleBytes.One("0", 12, 0, [long.MaxValue, 3], [1, 1]), "inside the 12");
        yield return Case("one element shown a million times", PickleBytes.One("0", 12, 0, [1_000_000], [0]), "12 elements");
        yield return Case("negative shape", PickleBytes.One("0", 12, 0, [-3], [1]), "0 or more");
        yield return Case("negative stride", PickleBytes.One("0", 12, 11, [12], [-1]), "0 or more");
        yield return Case("negative offset", PickleBytes.One("0", 12, -1, [12], [1]), "offset of 0");
        yield return Case("fewer strides than sizes", PickleBytes.One("0", 12, 0, [3, 4], [1]), "as many strides");
        yield return Case("too many axes", PickleBytes.One("0", 12, 0, [.. Enumerable.Repeat(1L, 65)], [.. Enumerable.Repeat(1L, 65)]),
            "up to 64");
        yield return Case("a tensor without a storage", New().Name("torch._utils", "_rebuild_tensor_v2").Op("(NK\0))\u0089}tR").End(),
            "another form");
        yield return Case("a persistent id of another kind", New().Op("(").Text("module").Op("tQ").End(), "persistent id");
        yield return Case("a persistent id that is no tuple", New().Text("storage").Op("Q").End(), "no tuple");
    }

    /// <summary>Dicts of a hundred entries, each a hundred times in the next: ten thousand million names from eight kilobytes.</summary>
    static byte[] Doubling()
    {
        var made = new PickleBytes().Op("}(");
        for (int level = 0; level < 5; level++)
        {
            made.Text($"level {level}").Op($"}}q{(char)level}(");
            for (int i = 0; i < 100; i++) made.Text($"{i}").Op(level == 0 ? "N" : $"h{(char)(level - 1)}");
            made.Op("u");
        }
        return made.Op("u").End();
    }

    [TestCaseSource(nameof(HostilePickles))]
    public void Open_HostilePickle_IsRefusedWithItsReason(byte[] pickle, string[] words)
    {
        using var folder = new TempFolder();
        byte[] zip = TorchSamples.Zip(pickle);
        var refused = Assert.Throws<BadDataException>(() => Open(folder, zip).Dispose())!;
        Assert.Multiple(() =>
        {
            foreach (string word in words) Assert.That(refused.Message, Does.Contain(word));
            Assert.That(refused.Message, Does.Contain("model.pth"));
            Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1), "nothing else appeared");
        });
    }

    /// <summary>Every prefix and every flipped byte of a good pickle is read or refused, never anything else.</summary>
    [Test]
    public void Open_DamagedPickle_IsReadOrRefused()
    {
        for (int length = 0; length < TorchSamples.Pickle.Length; length++)
            Assert.That(() => new PickleMachine("it", TorchSamples.Pickle.AsMemory(0, length)).Run(), Throws.TypeOf<BadDataException>(),
                $"{length} bytes");
        for (int at = 0; at < TorchSamples.Pickle.Length; at++)
            foreach (byte mask in new byte[] { 1, 0x20, 0x80, 0xff })
            {
                byte[] damaged = [.. TorchSamples.Pickle];
                damaged[at] ^= mask;
                try { new PickleMachine("it", damaged).Run(); }
                catch (BadDataException) { }
            }
    }

    [Test]
    public void Open_DamagedLegacyFile_IsReadOrRefused()
    {
        using var folder = new TempFolder();
        for (int length = 0; length < TorchSamples.Legacy.Length; length += 7)
            Assert.That(() => Open(folder, TorchSamples.Legacy[..length]), Throws.TypeOf<BadDataException>(), $"{length} bytes");
        Assert.That(() => Open(folder, [.. TorchSamples.Legacy, 0]),
            Throws.TypeOf<BadDataException>().With.Message.Contains("behind the last storage"));
        int order = TorchSamples.Legacy.AsSpan().IndexOf("little_endian"u8) + "little_endianq"u8.Length + 1;   // behind its BINPUT
        byte[] big = [.. TorchSamples.Legacy];
        Assert.That(big[order], Is.EqualTo(0x88));
        big[order] = 0x89;
        Assert.That(() => Open(folder, big), Throws.TypeOf<BadDataException>().With.Message.Contains("big-endian"));
    }

    static readonly TestCaseData[] s_otherFiles =
    [
        new TestCaseData(Array.Empty<byte>(), "0 bytes").SetArgDisplayNames("empty"),
        new TestCaseData("hello"u8.ToArray(), "neither").SetArgDisplayNames("text"),
        new TestCaseData(new PickleBytes().Op("}").End(), "did not write").SetArgDisplayNames("a plain pickle"),
        new TestCaseData(Tar(), "tar").SetArgDisplayNames("tar"),
        new TestCaseData(TorchSamples.Zip(TorchSamples.Pickle, ("model/constants.pkl", [])),
            "TorchScript").SetArgDisplayNames("TorchScript"),
        new TestCaseData(TorchSamples.Zip(TorchSamples.Pickle, ("other/data.pkl", [])), "2 entries").SetArgDisplayNames("two pickles"),
        new TestCaseData(TorchZipBytes.Of(("model/readme", [])), "0 entries").SetArgDisplayNames("no pickle"),
        new TestCaseData(TorchZipBytes.Of(("model/data.pkl", PickleBytes.One("0", 1, 0, [1], [1])), ("model/data/0", new byte[4]),
            ("model/byteorder", "big"u8.ToArray())), "big-endian").SetArgDisplayNames("big-endian"),
    ];

    static byte[] Tar()
    {
        byte[] header = new byte[512];
        "ustar"u8.CopyTo(header.AsSpan(257));
        return header;
    }

    [TestCaseSource(nameof(s_otherFiles))]
    public void Open_AnotherKindOfFile_SaysWhatItIs(byte[] bytes, string word)
    {
        using var folder = new TempFolder();
        Assert.That(() => Open(folder, bytes), Throws.TypeOf<BadDataException>().With.Message.Contains(word));
    }

    [Test]
    public void Open_NoFile_IsBadData()
    {
        using var folder = new TempFolder();
        Assert.That(() => TorchCheckpoint.Open(folder["none.pth"]), Throws.TypeOf<BadDataException>().With.Message.Contains("none.pth"));
    }
}
