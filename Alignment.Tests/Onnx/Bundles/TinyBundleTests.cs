using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.TinyModel;

namespace Alignment.Tests.Onnx.Bundles;

public sealed class TinyBundleTests
{
    /// <summary>What a repository may be asked to carry.</summary>
    const long MostBytes = 12_000_000;

    static string Committed => Path.Combine(Shared.Repository, "onnx", "bundles", "tiny");

    [Test]
    public void Write_AgainFromItsOwnWeights_GivesTheBytesOfTheRepository()
    {
        using var folder = new TempFolder();
        ModelBundle committed = ModelBundle.Open(Committed);
        TinyBundle.Write(folder["tiny"], committed);
        string[] made = Names(folder["tiny"]), kept = Directory.Exists(Committed) ? Names(Committed) : [];
        string[] differing = [.. made.Union(kept).Where(n => !made.Contains(n) || !kept.Contains(n)
            || !File.ReadAllBytes(Path.Combine(folder["tiny"], n)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Committed, n))))];
        if (differing.Length == 0) return;

        string received = Committed + ".received";
        if (Directory.Exists(received)) Directory.Delete(received, recursive: true);
        TinyBundle.Write(received, committed);
        Assert.Fail($"{string.Join(", ", differing)} of onnx/bundles/tiny differ from what TinyBundle writes. If the change is meant, "
            + $"replace the folder by '{received}' and say why in the commit.");
    }

    [Test]
    public void Tiny_OnDisk_IsSmall()
    {
        long bytes = Names(Committed).Sum(n => new FileInfo(Path.Combine(Committed, n)).Length);
        TestContext.Out.WriteLine($"{bytes} bytes");
        Assert.That(bytes, Is.LessThan(MostBytes));
    }

    [Test]
    public void Tiny_BesideTheProgram_IsTheRepositorysAndUnchanged()
    {
        ModelBundle bundle = ModelBundle.Open(BundledModels.Tiny);
        Assert.That(() => bundle.Verify(), Throws.Nothing);
        Assert.That(bundle.Hash, Is.EqualTo(ModelBundle.Open(Committed).Hash));
    }

    static string[] Names(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f))
        .Order(StringComparer.Ordinal)];
}
