namespace Alignment.Tests.Onnx.Foundation;

public sealed class SafePathTests
{
    [TestCase("bottle_ad")]
    [TestCase("a-b.c d")]
    [TestCase("Ünïcode 広告")]
    [TestCase("..a")]
    public void Why_PlainName_IsNull(string name) => Assert.That(SafePath.Why(name), Is.Null);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("  ")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("../../x")]
    [TestCase("a/b")]
    [TestCase("a\\b")]
    [TestCase("c:x")]
    [TestCase("a\0b")]
    [TestCase("a\nb")]
    [TestCase(" a")]
    [TestCase("a.")]
    public void Why_NameThatCouldLeaveItsFolder_IsSaid(string? name) => Assert.That(SafePath.Why(name), Is.Not.Null);

    [Test]
    public void Under_BadPart_NamesIt() =>
        Assert.That(() => SafePath.Under("/data", "../../x"), Throws.TypeOf<BadDataException>().With.Message.Contains("../../x"));

    [TestCase("../secret")]
    [TestCase("/etc/passwd")]
    [TestCase("a/../../secret")]
    [TestCase("")]
    public void Relative_PathThatLeavesTheRoot_IsRefused(string path)
    {
        using var root = new TempFolder();
        Assert.That(() => SafePath.Relative(root.Path, path, "Test"), Throws.TypeOf<BadDataException>());
    }

    [Test]
    public void Relative_LinkThatLeadsOut_IsRefused()
    {
        using var root = new TempFolder();
        using var outside = new TempFolder();
        Directory.CreateSymbolicLink(root["link"], outside.Path);
        Assert.That(() => SafePath.Relative(root.Path, "link/secret", "Test"), Throws.TypeOf<BadDataException>());
    }

    [Test]
    public void Relative_FileInside_IsResolved()
    {
        using var root = new TempFolder();
        Assert.That(SafePath.Relative(root.Path, "sub/weights.bin", "Test"), Is.EqualTo(root["sub", "weights.bin"]));
    }
}
