namespace Alignment.Transforms.Diffusion;

/// <summary>The files of a <c>tokenizer</c> folder, read and checked.</summary>
sealed class ClipVocabulary
{
    // What every CLIP text encoder was trained with; also where a file names no length or an absurd one.
    const int ClipLength = 77;

    // CLIP's vocabulary is 0.9 MB, its merges 0.5 MB.
    const long MaxFileBytes = 64 << 20;

    const string DefaultStart = "<|startoftext|>", DefaultEnd = "<|endoftext|>";

    public required Dictionary<string, int> Ids { get; init; }

    // In order, as "left right".
    public required List<string> Merges { get; init; }
    public required int StartId { get; init; }
    public required int EndId { get; init; }
    public required int PadId { get; init; }

    // Stands for a byte the vocabulary lacks (CLIP's own lacks none), or null.
    public required string? UnknownToken { get; init; }
    public required int Length { get; init; }

    // As they appear in a cleaned (lower-case) text.
    public required Dictionary<string, int> Specials { get; init; }

    public static ClipVocabulary Load(string folder)
    {
        Dictionary<string, int> ids = ReadVocabulary(Path.Combine(folder, "vocab.json"));
        List<string> merges = ReadMerges(Path.Combine(folder, "merges.txt"));

        // As Hugging Face reads them: special_tokens_map.json wins over tokenizer_config.json, both may be absent.
        using JsonDocument? map = ReadJson(Path.Combine(folder, "special_tokens_map.json"), required: false);
        using JsonDocument? config = ReadJson(Path.Combine(folder, "tokenizer_config.json"), required: false);
        string start = Token(map, config, "bos_token") ?? DefaultStart;
        string end = Token(map, config, "eos_token") ?? DefaultEnd;
        string pad = Token(map, config, "pad_token") ?? end;
        string unknown = Token(map, config, "unk_token") ?? end;

        int IdOf(string token, string role) => ids.TryGetValue(token, out int id) ? id
            : throw BadDataException.For($"The vocabulary in '{folder}'", $"no entry for the {role} token '{SafePath.Shorten(token)}'",
            "every special token among vocab.json's entries", "Take the files of the tokenizer folder from one model.");

        var special = new Dictionary<string, int>()
        {
            [ClipText.Clean(start)] = IdOf(start, "start"),
            [ClipText.Clean(end)] = IdOf(end, "end"),
        };
        int padId = IdOf(pad, "padding");
        // A padding token that is an ordinary word ("!" in some models) must stay one where a text contains it.
        if (pad.StartsWith("<|", StringComparison.Ordinal)) special[ClipText.Clean(pad)] = padId;

        return new ClipVocabulary
        {
            Ids = ids,
            Merges = merges,
            StartId = ids[start],
            EndId = ids[end],
            PadId = padId,
            UnknownToken = ids.ContainsKey(unknown) ? unknown : null,
            Length = Number(config, "model_max_length") is >= 3 and <= 1024 and double n ? (int)n : ClipLength,
            Specials = special,
        };
    }

    static Dictionary<string, int> ReadVocabulary(string path)
    {
        using JsonDocument json = ReadJson(path, required: true)!;
        var ids = new Dictionary<string, int>();
        var taken = new HashSet<int>();
        foreach (JsonProperty entry in json.RootElement.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0)
                throw Bad(path, $"'{SafePath.Shorten(entry.Name)}': {SafePath.Shorten(entry.Value.GetRawText())}", "a whole id from 0");
            if (!ids.TryAdd(entry.Name, id)) throw Bad(path, $"'{SafePath.Shorten(entry.Name)}' twice", "each symbol once");
            if (!taken.Add(id)) throw Bad(path, $"the id {id} twice", "each id once");
        }
        return ids.Count > 0 ? ids : throw Bad(path, "no entries", "symbols with their ids");
    }

    static List<string> ReadMerges(string path)
    {
        CheckSize(path, required: true);
        var merges = new List<string>();
        int number = 0;
        foreach (string line in File.ReadLines(path, Encoding.UTF8))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal))) continue;
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0)
                throw Bad(path, $"line {number}: '{SafePath.Shorten(line)}'", "two symbols with one space between them");
            merges.Add(line);
        }
        return merges;
    }

    static JsonDocument? ReadJson(string path, bool required)
    {
        if (!CheckSize(path, required)) return null;
        try
        {
            var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 16 });
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
            throw Bad(path, "JSON that is no object", "an object");
        }
        catch (JsonException e)
        {
            throw BadDataException.For($"The tokenizer file '{path}'", e.Message, "valid JSON", "Copy the file again from the model.", e);
        }
    }

    static bool CheckSize(string path, bool required)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length <= MaxFileBytes) return true;
        if (file.Exists) throw Bad(path, $"{file.Length} bytes", $"at most {MaxFileBytes}");
        return !required ? false
            : throw MissingDependencyException.For($"The tokenizer file '{path}'", "nothing there",
            "the vocabulary of the model's text encoder", "Import the model again, or copy the file from its tokenizer folder.");
    }

    // A text, or an object with its text in "content".
    static string? Token(JsonDocument? map, JsonDocument? config, string name) => Token(map, name) ?? Token(config, name);

    static string? Token(JsonDocument? json, string name)
    {
        if (json is null || !json.RootElement.TryGetProperty(name, out JsonElement value)) return null;
        if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty("content", out value)) return null;
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
    }

    static double? Number(JsonDocument? json, string name) =>
        json is not null && json.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        ? value.GetDouble() : null;

    static BadDataException Bad(string path, string found, string expected) =>
        BadDataException.For($"The tokenizer file '{path}'", found, expected, "Copy the file again from the model.");
}
