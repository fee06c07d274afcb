namespace Alignment.Onnx.Bundles;

// A CLIP tokenizer's files, checked: ids without gap, every merge made of known pieces.
static class TokenizerFiles
{
    // CLIP has 49,408; multilingual vocabularies reach a million.
    public const int MaxEntries = 2_000_000;

    // In characters; CLIP's longest is below 40.
    const int MaxToken = 1024;

    static readonly string[] s_files = ["vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer_config.json"];

    const string Start = "<|startoftext|>", End = "<|endoftext|>";

    /// <summary><c>vocab.json</c>, <c>merges.txt</c> and, where present, the two small files beside them.</summary>
    public static TokenizerFacts Read(string folder)
    {
        string vocabPath = Path.Combine(folder, "vocab.json"), mergesPath = Path.Combine(folder, "merges.txt");
        foreach (string path in (string[])[vocabPath, mergesPath])
            if (!File.Exists(path))
                throw BadDataException.For($"The tokenizer folder '{folder}'", $"no {Path.GetFileName(path)}", "vocab.json and merges.txt",
                    "Download the model's tokenizer completely.");
        Dictionary<string, int> ids = ReadVocabulary(vocabPath);
        CheckMerges(mergesPath, ids);

        int start = Special(Start), end = Special(End);
        (string? pad, int? length) = ReadConfig(folder);
        return new()
        {
            VocabularySize = ids.Count,
            StartId = start,
            EndId = end,
            PadId = pad is not null && ids.TryGetValue(pad, out int id) ? id : end,
            Length = length ?? new TokenizerFacts().Length,
        };

        int Special(string token) => ids.TryGetValue(token, out int found)
            ? found
            : throw Bad(vocabPath, $"no token {token}", "a CLIP vocabulary, which has it");
    }

    // Copies a tokenizer and returns the names of its files.
    public static string[] Copy(string from, string to)
    {
        string[] files = [.. s_files.Where(f => File.Exists(Path.Combine(from, f)))];
        foreach (string file in files) AtomicFile.WriteBytes(Path.Combine(to, file), StrictJson.ReadBytes(Path.Combine(from, file)));
        return files;
    }

    static Dictionary<string, int> ReadVocabulary(string path)
    {
        Dictionary<string, int> ids = StrictJson.ReadFile(path,
            root => root.EnumerateObject().ToDictionary(e => e.Name, e => e.Value.GetInt32()));
        if (ids.Count is 0 or > MaxEntries) throw Bad(path, $"{ids.Count} entries", $"1 to {MaxEntries}");
        var seen = new bool[ids.Count];
        foreach ((string token, int id) in ids)
        {
            if (token.Length is 0 or > MaxToken) throw Bad(path, $"a token of {token.Length} characters", $"1 to {MaxToken}");
            if ((uint)id >= (uint)seen.Length || seen[id])
                throw Bad(path, $"the id {id} of '{SafePath.Shorten(token)}'", $"each of 0 to {seen.Length - 1} once");
            seen[id] = true;
        }
        return ids;
    }

    static void CheckMerges(string path, Dictionary<string, int> ids)
    {
        using var reader = new StringReader(System.Text.Encoding.UTF8.GetString(StrictJson.ReadBytes(path)));
        for (int line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0 || (line == 1 && text.StartsWith("#version", StringComparison.Ordinal))) continue;
            string[] parts = text.Length <= 2 * MaxToken ? text.Split(' ') : [];
            if (parts.Length != 2 || !ids.ContainsKey(parts[0]) || !ids.ContainsKey(parts[1]) || !ids.ContainsKey(parts[0] + parts[1]))
                throw Bad(path, $"'{SafePath.Shorten(text)}' in line {line}",
                    "two tokens of the vocabulary, one space between, whose union is in it too");
        }
    }

    /// <summary>From <c>special_tokens_map.json</c> and <c>tokenizer_config.json</c>.</summary>
    static (string? Pad, int? Length) ReadConfig(string folder)
    {
        string? pad = null;
        int? length = null;
        foreach (string name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            StrictJson.ReadFile(path, root =>
            {
                if (root.TryGetProperty("pad_token", out JsonElement token) && token.ValueKind != JsonValueKind.Null)
                    pad = token.ValueKind == JsonValueKind.Object ? token.GetProperty("content").GetString() : token.GetString();
                // Some files hold 1e30 for "no limit".
                if (root.TryGetProperty("model_max_length", out JsonElement most) && most.TryGetInt32(out int n)) length = n;
                return true;
            });
        }
        return (pad, length);
    }

    static BadDataException Bad(string path, string found, string expected) =>
        BadDataException.For($"The file '{path}'", found, expected, "Download the model's tokenizer again.");
}
