using System.Text.Json.Nodes;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Reports;

/// <summary>A JSON file of a run, read for what is in it: records of older and newer versions have other fields, and a report shows those
/// it finds. A field that is missing, or is not what it should be, is null.</summary>
sealed class JsonFacts(JsonNode? root)
{
    // The summary of a thousand videos is a megabyte.
    const long MostBytes = 64 << 20;
    static readonly JsonDocumentOptions s_reading = new() { MaxDepth = 32 };
    public static JsonFacts None { get; } = new(null);
    public bool Any => root is not null;

    /// <summary>Reads a file; a file that is not there gives <see cref="None"/>.</summary>
    public static JsonFacts Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return None;
        if (file.Length > MostBytes) throw Bad(path, FormattableString.Invariant($"{file.Length >> 20} MB"));
        try
        {
            using FileStream stream = file.OpenRead();
            return JsonNode.Parse(stream, null, s_reading) is JsonObject found ? new(found) : throw Bad(path, "JSON that is no object");
        }
        catch (JsonException e)
        {
            throw Bad(path, "text that is not its JSON", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad(path, e.Message, e);
        }
    }

    public JsonFacts this[string name] => new(root is JsonObject o && Safe(() => o[name], out JsonNode? found) ? found : null);

    public IEnumerable<JsonFacts> Items => root is JsonArray items ? items.Select(i => new JsonFacts(i)) : [];

    public IEnumerable<(string Name, JsonFacts Value)> Members => root is JsonObject o && Safe(() => o.ToArray(), out var all)
        ? all!.Select(m => (m.Key, new JsonFacts(m.Value))) : [];

    public string? Text => root is JsonValue value ? value.GetValueKind() switch
    {
        JsonValueKind.String => (string?)value is { Length: > 0 } text ? text : null,
        JsonValueKind.Number => value.ToJsonString(),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => null,
    } : null;

    public double? Number => root is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double n) && double.IsFinite(n) ? n
        : null;

    public long Count => Number is { } n and >= 0 and < 1e15 ? (long)n : 0;

    public bool? Flag => root is JsonValue value ? value.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null
    } : null;

    public T? As<T>() where T : class
    {
        try
        {
            return root?.Deserialize<T>(JsonStyle.Record);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    // Every single value below, by its path: "edit.steps" → "15".
    public IEnumerable<(string Path, string Value)> Leaves(string path = "")
    {
        if (Text is { } text) return [(path, text)];
        return Members.SelectMany(m => m.Value.Leaves(path.Length == 0 ? m.Name : $"{path}.{m.Name}"))
            .Concat(Items.SelectMany((item, i) => item.Leaves(FormattableString.Invariant($"{path}[{i}]"))));
    }

    // A name that stands twice is found only when the object is first asked.
    static bool Safe<T>(Func<T> ask, out T? answer)
    {
        try
        {
            answer = ask();
            return true;
        }
        catch (ArgumentException)
        {
            answer = default;
            return false;
        }
    }

    static BadDataException Bad(string path, string found, Exception? inner = null) =>
        BadDataException.For($"'{path}'", found, "the JSON that the run wrote", "Run the command that writes it again.", inner);
}
