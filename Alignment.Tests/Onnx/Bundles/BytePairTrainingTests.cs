using System.Text.Json;
using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.TinyModel;

namespace Alignment.Tests.Onnx.Bundles;

public sealed class BytePairTrainingTests
{
    [Test]
    public void Run_SmallCorpus_MergesTheMostFrequentPairFirst()
    {
        // e s t</w> ends two of three words: "es" and "s t</w>" occur twice each, the first in ordinal order wins.
        var made = BytePairTraining.Run(["best", "rest", "no"], maxMerges: 2);
        Assert.That(made.Merges, Is.EqualTo(new[] { ("e", "s"), ("es", "t</w>") }));
    }

    [Test]
    public void Vocabulary_BytePart_IsClipsOwn()
    {
        string clip = File.ReadAllText(Shared.Path("fixtures", "tokenizer", "clip-vocab", "vocab.json"));
        Dictionary<string, int> ids = JsonSerializer.Deserialize<Dictionary<string, int>>(clip)!;
        var made = BytePairTraining.Run(["a"], 0);
        Assert.That(made.Vocabulary, Has.Count.EqualTo(514));
        for (int id = 0; id < 512; id++) Assert.That(ids[made.Vocabulary[id]], Is.EqualTo(id), made.Vocabulary[id]);
    }

    [Test]
    public void Run_TinyWords_MakesEachOneToken()
    {
        var made = BytePairTraining.Run(TinyWords.All, maxMerges: 4000);
        Assert.That(TinyWords.All.Where(w => w.Length > 1 && !made.Vocabulary.Contains(w + "</w>")), Is.Empty);
        Assert.That(made.Vocabulary, Is.Unique);
        TestContext.Out.WriteLine($"{TinyWords.All.Count} words, {made.Merges.Count} merges, {made.Vocabulary.Count} tokens");
    }

    [Test]
    public void Files_AreAValidTokenizer()
    {
        using var folder = new TempFolder();
        foreach ((string name, string text) in BytePairTraining.Run(TinyWords.All, 4000).Files()) File.WriteAllText(folder[name], text);
        var facts = TokenizerFiles.Read(folder.Path);
        Assert.That(facts.StartId, Is.EqualTo(facts.VocabularySize - 2));
        Assert.That(facts.EndId, Is.EqualTo(facts.VocabularySize - 1));
        Assert.That(facts.PadId, Is.EqualTo(facts.EndId));
        Assert.That(facts.Length, Is.EqualTo(77));
    }
}
