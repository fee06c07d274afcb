using System.Buffers.Binary;
using System.IO.Compression;
using Alignment.Onnx.Weights;

namespace Alignment.Tests.Onnx.Weights;

/// <summary>The archive around a state dict: what other writers make of it, and what nobody should believe.</summary>
public sealed class TorchZipTests
{
    const int EntryBytes = 46;

    static readonly byte[] s_pickle = PickleBytes.One("0", 2, 0, [2], [1]);
    static readonly byte[] s_data = [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40];   // 1, 2

    static float[] Read(byte[] zip)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["m.pt"], zip);
        using var file = TorchCheckpoint.Open(folder["m.pt"]);
        var values = new float[2];
        file.Read("w", 0, values);
        return values;
    }

    [Test]
    public void Read_StoredByAnotherZipWriter_GivesTheNumbers()
    {
        using var made = new MemoryStream();
        using (var zip = new ZipArchive(made, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, data) in new[] { ("m/data.pkl", s_pickle), ("m/data/0", s_data) })
                using (var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open()) entry.Write(data);
        Assert.That(Read(made.ToArray()), Is.EqualTo(new[] { 1f, 2f }));
    }

    [Test]
    public void Read_Compressed_IsRefused()
    {
        using var made = new MemoryStream();
        using (var zip = new ZipArchive(made, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = zip.CreateEntry("m/data.pkl", CompressionLevel.SmallestSize).Open()) entry.Write(new byte[1000]);
        Assert.That(() => Read(made.ToArray()), Throws.TypeOf<BadDataException>().With.Message.Contains("compressed entry 'm/data.pkl'"));
    }

    /// <summary>The directory's number at <c>offset</c> of an entry's record, or of the end record, replaced.</summary>
    static TestCaseData Changed(string name, string word, Action<byte[], int, int> change) =>
        new TestCaseData(change, word).SetArgDisplayNames(name);

    static readonly TestCaseData[] s_changes =
    [
        Changed("encrypted", "encrypted", (z, d, _) => z[d + 8] |= 1),
        Changed("larger than the file", "of 4294967040 bytes", (z, d, _) => { Put(z, d + 20, 0xffffff00); Put(z, d + 24, 0xffffff00); }),
        Changed("bomb: unpacked larger than packed", "stored in", (z, d, _) => Put(z, d + 24, 1 << 30)),
        Changed("64-bit size without its field", "stored in", (z, d, _) => Put(z, d + 24, uint.MaxValue)),
        Changed("place beyond the directory", "before the directory", (z, d, _) => Put(z, d + 42, (uint)d)),
        Changed("place of another entry", "another entry",
            (z, d, _) => Put(z, d + 42, BinaryPrimitives.ReadUInt32LittleEndian(z.AsSpan(Second(z, d) + 42)))),
        Changed("one name in the directory, another at the data", "another entry", (z, d, _) => z[d + EntryBytes] ^= 1),
        Changed("no entry record", "no entry", (z, d, _) => z[d] ^= 1),
        Changed("name longer than the directory", "cut off", (z, d, _) => z[d + 29] = 0xff),
        Changed("no end record", "no end", (z, _, e) => z[e] ^= 1),
        Changed("several files", "several files", (z, _, e) => z[e + 4] = 1),
        Changed("a directory of another size", "two end records", (z, _, e) => z[e + 12] ^= 1),
        Changed("another count of entries", "two end records", (z, _, e) => { z[e + 8]++; z[e + 10]++; }),
        Changed("no 64-bit end record", "end record", (z, _, e) => z[e - 20 - 56] ^= 1),
        Changed("64-bit end record elsewhere", "an end record at", (z, _, e) => z[e - 20 + 15] = 0x7f),
        Changed("more entries than it has", "more than", (z, _, e) => { Saturate(z, e); z[e - 76 + 32 + 3] = 1; }),
        Changed("directory outside the file", "inside the file", (z, _, e) => { Saturate(z, e); z[e - 76 + 48 + 6] = 1; }),
    ];

    [TestCaseSource(nameof(s_changes))]
    public void Read_LyingArchive_IsRefused(Action<byte[], int, int> change, string word)
    {
        var zip = new TorchZipBytes();
        zip.Add("m/data.pkl", s_pickle);
        zip.Add("m/data/0", s_data);
        byte[] bytes = zip.Bytes();
        Assert.That(Read(bytes), Is.EqualTo(new[] { 1f, 2f }));
        change(bytes, zip.Directory, zip.End);
        Assert.That(() => Read(bytes), Throws.TypeOf<BadDataException>().With.Message.Contains(word == "more than" ? "16777218 entries"
            : word));
    }

    [Test]
    public void Read_64BitFields_AreUsedAndMustBeWhole()
    {
        var zip = new TorchZipBytes { Wide = true };
        zip.Add("m/data.pkl", s_pickle);
        zip.Add("m/data/0", s_data);
        byte[] bytes = zip.Bytes();
        Assert.That(Read(bytes), Is.EqualTo(new[] { 1f, 2f }));
        bytes[zip.Directory + EntryBytes + "m/data.pkl".Length + 2] = 16;   // room for the sizes only
        Assert.That(() => Read(bytes), Throws.TypeOf<BadDataException>().With.Message.Contains("without its 64-bit"));
    }

    [Test]
    public void Read_TwoEntriesOfOneName_IsRefused() =>
        Assert.That(() => Read(TorchZipBytes.Of(("m/data.pkl", s_pickle), ("m/data/0", s_data), ("m/data/0", s_data))),
        Throws.TypeOf<BadDataException>().With.Message.Contains("two entries 'm/data/0'"));

    /// <summary>Two entries that share bytes: the second's local header lies inside the first's data.</summary>
    [Test]
    public void Read_OverlappingEntries_IsRefused()
    {
        var inner = new TorchZipBytes();
        inner.Add("m/data/0", s_data);
        byte[] nested = inner.Bytes();
        var zip = new TorchZipBytes();
        zip.Add("m/data.pkl", nested);
        zip.Add("m/data/0", s_data);
        byte[] bytes = zip.Bytes();
        int outer = bytes.AsSpan().IndexOf(nested.AsSpan(0, 64));
        Put(bytes, Second(bytes, zip.Directory) + 42, (uint)outer);
        Assert.That(() => Read(bytes), Throws.TypeOf<BadDataException>().With.Message.Contains("inside another"));
    }

    [Test]
    public void Read_EveryPrefix_IsRefused()
    {
        byte[] zip = TorchSamples.Zip();
        for (int length = 4; length < zip.Length; length += 5)
            Assert.That(() => Read(zip[..length]), Throws.TypeOf<BadDataException>(), $"{length} bytes");
    }

    /// <summary>The directory record behind the first.</summary>
    static int Second(byte[] zip, int directory) =>
        directory + EntryBytes + BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(directory + 28));

    static void Put(byte[] zip, int at, uint n) => BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at), n);

    /// <summary>Leaves count, size and place of the directory to the 64-bit record.</summary>
    static void Saturate(byte[] zip, int end) => zip.AsSpan(end + 8, 12).Fill(0xff);
}
