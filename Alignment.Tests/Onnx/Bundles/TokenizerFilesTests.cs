using Alignment.Onnx.Bundles;

namespace Alignment.Tests.Onnx.Bundles;

public sealed class TokenizerFilesTests
{
    [Test]
    public void Read_ClipVocabulary_GivesItsPublishedIds()
    {
        TokenizerFacts facts = TokenizerFiles.Read(Shared.Path("fixtures", "tokenizer", "clip-vocab"));
        Assert.That(facts, Is.EqualTo(new TokenizerFacts()));   // the defaults are SD 1.5's: 49408, 49406, 49407, 49407, 77
    }

    [TestCase("{\"a\":0,\"<|startoftext|>\":1,\"<|endoftext|>\":2}", "a a", "vocab lacks 'aa'")]
    [TestCase("{\"a\":0,\"aa\":3,\"<|startoftext|>\":1,\"<|endoftext|>\":2}", "a  a", "two spaces")]
    [TestCase("{\"a\":0,\"<|startoftext|>\":1,\"<|endoftext|>\":5}", "", "a gap in the ids")]
    [TestCase("{\"a\":0,\"b\":0,\"<|startoftext|>\":1,\"<|endoftext|>\":2}", "", "an id twice")]
    [TestCase("{\"a\":-1,\"<|startoftext|>\":1,\"<|endoftext|>\":0}", "", "a negative id")]
    [TestCase("{\"a\":0,\"a\":0,\"<|startoftext|>\":1,\"<|endoftext|>\":2}", "", "a token twice")]
    [TestCase("{\"a\":0,\"<|endoftext|>\":1}", "", "no start token")]
    [TestCase("{\"a\":\"0\",\"<|startoftext|>\":1,\"<|endoftext|>\":2}", "", "an id as text")]
    [TestCase("{}", "", "nothing")]
    [TestCase("[]", "", "an array")]
    [TestCase("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "", "deep nesting")]
    public void Read_WrongFiles_IsBadData(string vocab, string merge, string why)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["vocab.json"], vocab);
        File.WriteAllText(folder["merges.txt"], "#version: 0.2\n" + merge + "\n");
        Assert.That(() => TokenizerFiles.Read(folder.Path), Throws.TypeOf<BadDataException>(), why);
    }
}
