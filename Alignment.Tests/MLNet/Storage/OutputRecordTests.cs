using Alignment.MLNet.Storage;

namespace Alignment.Tests.MLNet.Storage;

public sealed class OutputRecordTests
{
    sealed record Recipe(float Number, string Text);

    sealed record Facts(int Count);

    [Test]
    public void Record_IsCurrent_OnlyForItsRecipeAndItsFiles()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["a.txt"], "made");
        OutputRecord.Write(temp["a.json"], new Recipe(0.1f, "ü\n\"<"), new Facts(3), "a.txt");

        Assert.That(OutputRecord.Current<Facts>(temp["a.json"], new Recipe(0.1f, "ü\n\"<")), Is.EqualTo(new Facts(3)));
        Assert.That(OutputRecord.Current<Facts>(temp["a.json"], new Recipe(0.2f, "ü\n\"<")), Is.Null);
        Assert.That(OutputRecord.Current<Facts>(temp["b.json"], new Recipe(0.1f, "ü\n\"<")), Is.Null);
        File.AppendAllText(temp["a.txt"], "!");
        Assert.That(OutputRecord.Current<Facts>(temp["a.json"], new Recipe(0.1f, "ü\n\"<")), Is.Null);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("""{"recipe":{"number":1,"text":"x"},"facts":{"count":"many"},"files":{"a.txt":"0"}}""")]
    [TestCase("""{"recipe":{"number":1,"text":"x"},"facts":{"count":1},"files":{}}""")]
    [TestCase("""{"recipe":{"number":1,"text":"x"},"facts":{"count":1},"files":{"../a.txt":"0"}}""")]
    [TestCase("""{"recipe":{"number":1,"text":"x"},"recipe":1}""")]
    public void ForeignOrDamagedFile_IsNoRecord(string content)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["a.json"], content);
        Assert.That(OutputRecord.Current<Facts>(temp["a.json"], new Recipe(1, "x")), Is.Null);
    }
}
