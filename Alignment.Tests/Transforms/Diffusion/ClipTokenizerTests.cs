using System.Text.Json;
using Alignment.Transforms.Diffusion;

namespace Alignment.Tests.Transforms.Diffusion;

public sealed class ClipTokenizerTests
{
    static readonly Lazy<ClipTokenizer> s_clip = new(() => ClipTokenizer.Load(Shared.Path("fixtures", "tokenizer", "clip-vocab")));

    public sealed record Text(string Kind, string Value, int[] Ids, long[] Padded)
    {
        public override string ToString() => $"{Kind}: {SafePath.Shorten(Value, 40)}";
    }

    static IEnumerable<Text> Texts()
    {
        if (Shared.TryPath("fixtures", "tokenizer", "clip_ids.json") is not { } path) yield break;
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonElement e in json.RootElement.GetProperty("prompts").EnumerateArray())
            yield return new(e.GetProperty("kind").GetString()!, e.GetProperty("text").GetString()!,
                [.. e.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())],
                [.. e.GetProperty("padded77").EnumerateArray().Select(i => i.GetInt64())]);
    }

    static IEnumerable<object> TextsOrSkipped() => Shared.OrSkipped(Texts());

    [TestCaseSource(nameof(TextsOrSkipped))]
    public void Encode_ReferenceText_GivesTheReferenceIds(Text text)
    {
        Assert.That(s_clip.Value.Encode(text.Value), Is.EqualTo(text.Ids));
        Assert.That(s_clip.Value.EncodePadded(text.Value), Is.EqualTo(text.Padded));
    }

    [Test]
    public void ReferenceTexts_AreAllThere()
    {
        Shared.Path("fixtures", "tokenizer");
        Assert.That(Texts().Count(), Is.EqualTo(48));
    }

    [TestCase("tiny-sd")]
    [TestCase("tiny-sd-4level")]
    public void EncodePadded_PromptsOfATinyModel_GiveItsInputIds(string model)
    {
        ClipTokenizer tokenizer = ClipTokenizer.Load(Shared.Path("fixtures", model, "tokenizer"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("fixtures", "io", model, "prompts.json")));
        string[] prompts = [.. json.RootElement.GetProperty("prompts").EnumerateArray().Select(p => p.GetString()!)];
        string negative = json.RootElement.GetProperty("negative_prompt").GetString()!;

        var text = new SafetensorsFile(Shared.Path("fixtures", "io", model, "text_encoder.safetensors"));
        Assert.That(prompts.SelectMany(tokenizer.EncodePadded), Is.EqualTo(text.Longs("input_ids")));
        var edit = new SafetensorsFile(Shared.Path("fixtures", "io", model, "edit_txt2img.safetensors"));
        Assert.That(new[] { negative, prompts[0] }.SelectMany(tokenizer.EncodePadded), Is.EqualTo(edit.Longs("input_ids")));
    }

    [Test]
    public void EncodePadded_LongText_SaysHowManyIdsWereCut()
    {
        var ids = new long[77];
        int cut = s_clip.Value.EncodePadded(string.Join(' ', Enumerable.Repeat("cat", 80)), ids);
        Assert.That((cut, ids[76]), Is.EqualTo((5, 49407L)));
    }

    [TestCase("a𝒜 b", ExpectedResult = new[] { "a𝒜", "b" }, TestName = "{m}_LetterOutsideTheBasicPlane_IsALetter")]
    [TestCase("don't!'s 'quoted'", ExpectedResult = new[] { "don", "'t", "!'", "s", "'", "quoted", "'" },
        TestName = "{m}_ApostropheInsidePunctuation_StaysThere")]
    [TestCase("12½x", ExpectedResult = new[] { "1", "2", "½", "x" }, TestName = "{m}_Digits_StandAlone")]
    public string[] Words(string text) => [.. ClipText.Words(text).Select(r => text[r])];

    [TestCase("ΟΔΟΣ", ExpectedResult = "οδος")]
    [TestCase("Σ", ExpectedResult = "σ")]
    [TestCase("ΣΑΣ.", ExpectedResult = "σας.")]
    [TestCase(" \t\u3000A\u00A0\nB ", ExpectedResult = " a b ")]
    public string Clean(string text) => ClipText.Clean(text);

    [Test]
    public void Clean_LoneSurrogate_BecomesTheReplacementCharacter() =>
        Assert.That(ClipText.Clean(string.Concat("a", '\uD800'.ToString(), "b")), Is.EqualTo("a\uFFFDb"));

    [TestCase("cafe\u0301")]
    [TestCase("\u212Bngstrom")]
    [TestCase("\u1112\u1161\u11AB")]
    public void Clean_WithoutUnicodeData_RefusesWhatMayNeedComposing(string text) =>
        Assert.That(() => ClipText.Clean(text, canCompose: false),
        Throws.TypeOf<MissingDependencyException>().With.Message.Contains("ICU"));

    [TestCase("A Photo of a café, 広告 한국 🐶!")]
    public void Clean_WithoutUnicodeData_AcceptsWhatIsComposed(string text) =>
        Assert.That(ClipText.Clean(text, canCompose: false), Is.EqualTo(ClipText.Clean(text, canCompose: true)));

    [TestCase("vocab.json", "{\"a\":0,\"a\":1}", "'a' twice")]
    [TestCase("vocab.json", "{\"a\":0,\"b\":0}", "id 0 twice")]
    [TestCase("vocab.json", "{\"a\":-1}", "-1")]
    [TestCase("vocab.json", "[]", "object")]
    [TestCase("vocab.json", "{", "JSON")]
    [TestCase("vocab.json", "{\"a\":0}", "start token")]
    [TestCase("merges.txt", "#version: 0.2\na b c", "line 2")]
    [TestCase("merges.txt", "q zz", "vocab.json")]
    public void Load_DamagedFile_NamesItAndTheProblem(string file, string content, string problem)
    {
        using var folder = new TempFolder();
        AtomicFile.WriteText(folder["vocab.json"], "{\"a\":0,\"b\":1,\"<|startoftext|>\":2,\"<|endoftext|>\":3}");
        AtomicFile.WriteText(folder["merges.txt"], "");
        Assert.That(() => ClipTokenizer.Load(folder.Path), Throws.Nothing);

        AtomicFile.WriteText(folder[file], content);
        Assert.That(() => ClipTokenizer.Load(folder.Path), Throws.TypeOf<BadDataException>().With.Message.Contains(problem));
    }

    [Test]
    public void Load_NoFolder_SaysWhatIsMissing() =>
        Assert.That(() => ClipTokenizer.Load("nowhere"), Throws.TypeOf<MissingDependencyException>().With.Message.Contains("vocab.json"));

    [Test]
    public void Load_OtherPaddingToken_PadsWithItAndLeavesItAWordInTexts()
    {
        using var folder = new TempFolder();
        AtomicFile.WriteText(folder["vocab.json"], "{\"!\":0,\"!</w>\":1,\"<|startoftext|>\":2,\"<|endoftext|>\":3}");
        AtomicFile.WriteText(folder["merges.txt"], "");
        AtomicFile.WriteText(folder["special_tokens_map.json"], "{\"pad_token\":\"!\"}");
        ClipTokenizer tokenizer = ClipTokenizer.Load(folder.Path);
        Assert.That(tokenizer.EncodePadded("!")[..5], Is.EqualTo(new long[] { 2, 1, 3, 0, 0 }));
    }
}
