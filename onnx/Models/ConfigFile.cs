namespace Alignment.Onnx.Models;

/// <summary>A model's <c>config.json</c>, with the published library's defaults. Unread keys are ignored.</summary>
sealed class ConfigFile
{
    const int MaxBytes = 1 << 20;

    const int MostOfAnything = 1 << 20;

    const int MostBlocks = 16;

    readonly string _path, _prefix = "";
    readonly JsonElement _root;

    // The last sentence of a message about a value.
    public string Advice { get; init; } = "Use a model of the Stable Diffusion 1.x family.";

    public ConfigFile(string path)
    {
        _path = path;
        var file = new FileInfo(path);
        string subject = $"The configuration '{path}'";
        if (!file.Exists) throw MissingDependencyException.For(subject, "no such file", "a model's config.json",
            "Point to a complete model folder.");
        if (file.Length > MaxBytes) throw BadDataException.For(subject, $"{file.Length} bytes", $"{MaxBytes} at most",
            "Check that this is a model's config.json.");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            _root = json.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw BadDataException.For(subject, $"invalid JSON at line {e.LineNumber + 1}", "a JSON object", "Fetch the file again.", e);
        }
        if (_root.ValueKind != JsonValueKind.Object) throw BadDataException.For(subject, $"{_root.ValueKind}", "a JSON object",
            "Fetch the file again.");
    }

    ConfigFile(ConfigFile whole, JsonElement root, string prefix) =>
        (_path, _root, _prefix, Advice) = (whole._path, root, prefix, whole.Advice);

    // An empty object where the key is absent or null.
    public ConfigFile Section(string key)
    {
        if (Find(key) is not { } e) return new(this, JsonDocument.Parse("{}").RootElement.Clone(), $"{_prefix}{key}.");
        return e.ValueKind == JsonValueKind.Object ? new(this, e, $"{_prefix}{key}.") : throw Bad(key, "an object");
    }

    public bool Has(string key) => Find(key) is not null;

    // 1 to 16 numbers, or null.
    public IReadOnlyList<float>? Floats(string key)
    {
        if (Find(key) is not { } e) return null;
        string expected = $"a list of 1 to {MostBlocks} numbers";
        return Few(e) ? [.. e.EnumerateArray().Select(x => Single(x) ?? throw Bad(key, expected))] : throw Bad(key, expected);
    }

    // 1 to 16 whole numbers from 0.
    public IReadOnlyList<int> Indices(string key, IReadOnlyList<int> otherwise) => Ints(key, otherwise, 0);

    public int Index(string key, int otherwise) =>
        Find(key) is not { } e ? otherwise : Number(e, 0) ?? throw Bad(key, $"a whole number from 0 to {MostOfAnything}");

    public bool IsObject(string key) => Find(key) is { ValueKind: JsonValueKind.Object };

    public int Int(string key, int otherwise, int most = MostOfAnything) =>
        Find(key) is not { } e ? otherwise : Number(e, 1, most) ?? throw Bad(key, $"a whole number from 1 to {most}");

    public int Needed(string key, int most = MostOfAnything) => Find(key) is null ? throw Bad(key, "a whole number") : Int(key, 0, most);

    public float Float(string key, float otherwise) => Find(key) is not { } e ? otherwise : Single(e) ?? throw Bad(key, "a number");

    public bool Bool(string key, bool otherwise) =>
        Find(key) is not { } e ? otherwise : e.ValueKind is JsonValueKind.True or JsonValueKind.False ? e.GetBoolean()
        : throw Bad(key, "true or false");

    public string Text(string key, string otherwise) =>
        Find(key) is not { } e ? otherwise : e.ValueKind == JsonValueKind.String ? e.GetString()! : throw Bad(key, "a text");

    public IReadOnlyList<int> Ints(string key, IReadOnlyList<int> otherwise, int least = 1)
    {
        if (Find(key) is not { } e) return otherwise;
        string expected = $"a list of 1 to {MostBlocks} whole numbers from {least} to {MostOfAnything}";
        return Few(e) ? [.. e.EnumerateArray().Select(x => Number(x, least) ?? throw Bad(key, expected))] : throw Bad(key, expected);
    }

    /// <summary>One number for each of <paramref name="count"/> blocks, or one for all.</summary>
    public IReadOnlyList<int> IntsPerBlock(string key, int otherwise, int count)
    {
        if (Find(key) is not { ValueKind: JsonValueKind.Array }) return [.. Enumerable.Repeat(Int(key, otherwise), count)];
        var list = Ints(key, []);
        return list.Count == count ? list : throw Bad(key, $"{count} numbers, one for each block, or one for all");
    }

    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> otherwise)
    {
        if (Find(key) is not { } e) return otherwise;
        if (e.ValueKind != JsonValueKind.Array) throw Bad(key, "a list of texts");
        return [.. e.EnumerateArray().Select(x => x.ValueKind == JsonValueKind.String ? x.GetString()!
            : throw Bad(key, "a list of texts"))];
    }

    // Null, which for few keys differs from absent.
    public bool IsNull(string key) => _root.TryGetProperty(key, out JsonElement e) && e.ValueKind == JsonValueKind.Null;

    /// <summary>Refuses anything but absent, null or one of <paramref name="supported"/> (compared as JSON text).</summary>
    public void Only(string key, params ReadOnlySpan<string> supported)
    {
        if (Find(key) is not { } e) return;
        string found = e.ValueKind == JsonValueKind.String ? e.GetString()! : e.GetRawText();
        if (e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out double x))
            found = x.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        if (!supported.Contains(found)) throw Bad(key,
            supported.IsEmpty ? "null (nothing else is supported)"
            : $"{string.Join(" or ", supported.ToArray())} (nothing else is supported)");
    }

    public BadDataException Bad(string key, string expected) =>
        BadDataException.For($"The configuration '{_path}', key '{_prefix}{key}'",
        Find(key) is { } e ? SafePath.Shorten(e.GetRawText()) : "nothing", expected, Advice);

    static bool Few(JsonElement e) => e.ValueKind == JsonValueKind.Array && e.GetArrayLength() is >= 1 and <= MostBlocks;

    static int? Number(JsonElement e, int least, int most = MostOfAnything) =>
        e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out int n) && n >= least && n <= most ? n : null;

    static float? Single(JsonElement e) => e.ValueKind == JsonValueKind.Number && e.TryGetSingle(out float x) && float.IsFinite(x) ? x
        : null;

    JsonElement? Find(string key) => _root.TryGetProperty(key, out JsonElement e) && e.ValueKind != JsonValueKind.Null ? e : null;
}
