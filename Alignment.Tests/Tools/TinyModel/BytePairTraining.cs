using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>
/// Learns a byte-level byte-pair vocabulary in CLIP's layout (Sennrich, Haddow and Birch 2016; Radford et al. 2021): the 256
/// bytes, the 256 bytes that end a word, one token per merge, then the two special tokens. Because every byte is a token,
/// any text has ids.
/// </summary>
sealed class BytePairTraining
{
    const string WordEnd = "</w>";

    /// <summary>The pairs merged, in order.</summary>
    public List<(string Left, string Right)> Merges { get; } = [];

    /// <summary>Tokens by id.</summary>
    public List<string> Vocabulary { get; } = [];

    /// <summary>
    /// Merges the most frequent pair, of equally frequent ones the first in ordinal order, until every word is one token or
    /// <paramref name="maxMerges"/> is reached. Each word counts once.
    /// </summary>
    public static BytePairTraining Run(IReadOnlyList<string> words, int maxMerges)
    {
        var made = new BytePairTraining();
        List<List<string>> spelt = [.. words.Select(Spell)];
        while (made.Merges.Count < maxMerges)
        {
            var counts = new Dictionary<(string, string), int>();
            foreach (List<string> word in spelt)
                for (int i = 1; i < word.Count; i++) counts[(word[i - 1], word[i])] = counts.GetValueOrDefault((word[i - 1], word[i])) + 1;
            if (counts.Count == 0) break;
            (string Left, string Right) best = counts.OrderByDescending(c => c.Value)
                .ThenBy(c => c.Key.Item1, StringComparer.Ordinal).ThenBy(c => c.Key.Item2, StringComparer.Ordinal).First().Key;
            made.Merges.Add(best);
            foreach (List<string> word in spelt) Merge(word, best);
        }
        string[] bytes = [.. ByteCharacters().OrderBy(b => b.Order).Select(b => b.Character.ToString())];
        made.Vocabulary.AddRange([.. bytes, .. bytes.Select(b => b + WordEnd), .. made.Merges.Select(m => m.Left + m.Right),
            "<|startoftext|>", "<|endoftext|>"]);
        return made;
    }

    /// <summary>The files of a CLIP tokenizer folder, with the names and layout that other tools read.</summary>
    public IReadOnlyDictionary<string, string> Files()
    {
        var vocabulary = new StringBuilder("{");
        for (int id = 0; id < Vocabulary.Count; id++)
            vocabulary.Append(id == 0 ? "\n" : ",\n").Append("  \"")
                .Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Vocabulary[id])).Append("\": ")
                .Append(JsonSerializer.Serialize(id));
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["vocab.json"] = vocabulary.Append("\n}\n").ToString(),
            ["merges.txt"] = "#version: 0.2\n" + string.Concat(Merges.Select(m => $"{m.Left} {m.Right}\n")),
            ["special_tokens_map.json"] = """
                {
                  "bos_token": "<|startoftext|>",
                  "eos_token": "<|endoftext|>",
                  "pad_token": "<|endoftext|>",
                  "unk_token": "<|endoftext|>"
                }

                """,
            ["tokenizer_config.json"] = """
                {
                  "tokenizer_class": "CLIPTokenizer",
                  "do_lower_case": true,
                  "model_max_length": 77
                }

                """,
        };
    }

    static List<string> Spell(string word)
    {
        Dictionary<byte, char> characters = ByteCharacters().ToDictionary(b => b.Byte, b => b.Character);
        List<string> spelt = [.. Encoding.UTF8.GetBytes(word).Select(b => characters[b].ToString())];
        spelt[^1] += WordEnd;
        return spelt;
    }

    static void Merge(List<string> word, (string Left, string Right) pair)
    {
        for (int i = 1; i < word.Count; i++)
        {
            if (word[i - 1] != pair.Left || word[i] != pair.Right) continue;
            word[i - 1] += word[i];
            word.RemoveAt(i);
        }
    }

    /// <summary>
    /// CLIP's printable stand-in for each byte (GPT-2's table): printable Latin-1 stands for itself and comes first; the other
    /// bytes, in order, are U+0100, U+0101, …
    /// </summary>
    static IEnumerable<(byte Byte, char Character, int Order)> ByteCharacters()
    {
        int printable = 0, other = 0;
        bool IsPrintable(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        int printables = Enumerable.Range(0, 256).Count(IsPrintable);
        for (int b = 0; b < 256; b++)
            yield return IsPrintable(b) ? ((byte)b, (char)b, printable++) : ((byte)b, (char)(256 + other), printables + other++);
    }
}
