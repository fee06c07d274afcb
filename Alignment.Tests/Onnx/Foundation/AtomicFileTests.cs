namespace Alignment.Tests.Onnx.Foundation;

public sealed class AtomicFileTests
{
    [Test]
    public void Write_FillThatThrows_LeavesTheOldFileAndNoPartial()
    {
        using var folder = new TempFolder();
        AtomicFile.WriteText(folder["a.txt"], "old");

        Assert.That(() => AtomicFile.Write(folder["a.txt"], s => { s.WriteByte(1); throw new InvalidDataException(); }),
            Throws.TypeOf<InvalidDataException>());

        Assert.That(File.ReadAllText(folder["a.txt"]), Is.EqualTo("old"));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void WriteText_NewFolder_MakesItAndWritesNoByteOrderMark()
    {
        using var folder = new TempFolder();
        AtomicFile.WriteText(folder["deep", "er", "a.txt"], "é");
        Assert.That(File.ReadAllBytes(folder["deep", "er", "a.txt"]), Is.EqualTo(new byte[] { 0xC3, 0xA9 }));
    }
}
