using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Alignment.Transforms.MlNetPlumbing;

// How a stage's options lie in a model file: a version, then the record as JSON. Read only as strictly as written.
static class StageModel
{
    public const int FirstVersion = 1;

    static readonly JsonSerializerOptions s_json = new()
    {
        // An option this build does not know would silently change what the stage computes.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    public static void WriteOptions<TOptions>(BinaryWriter to, int version, TOptions options) where TOptions : class
    {
        to.Write(version);
        to.Write(JsonSerializer.Serialize(options, s_json));
    }

    /// <summary>Reads options back; the reader then stands at what the stage has learned.</summary>
    /// <param name="from">The model file.</param>
    /// <param name="stage">The stage's name.</param>
    /// <param name="newest">The newest version.</param>
    /// <param name="upgrade">Brings the JSON of an older version, given second, to the newest; null where there is none.</param>
    /// <exception cref="BadDataException">The file is damaged or was written by a newer version.</exception>
    public static TOptions ReadOptions<TOptions>(BinaryReader from, string stage, int newest, Action<JsonObject, int>? upgrade = null)
        where TOptions : class
    {
        string subject = Subject(stage);
        try
        {
            int version = from.ReadInt32();
            if (version < FirstVersion || version > newest)
                throw BadDataException.For(subject, $"version {version}", $"version {FirstVersion} to {newest}",
                    version > newest ? "It was saved by a newer Alignment: update this one, or save the model again with this version."
                    : "Save the model again.");
            JsonNode? json = JsonNode.Parse(from.ReadString());
            if (version < newest && json is JsonObject old) upgrade?.Invoke(old, version);
            return json.Deserialize<TOptions>(s_json)
                ?? throw BadDataException.For(subject, "no options", "its options", "Save the model again.");
        }
        catch (Exception e) when (e is JsonException or EndOfStreamException or FormatException)
        {
            throw BadDataException.For(subject, $"options that cannot be read ({e.Message})", "the options it was saved with",
                "Save the model again.", e);
        }
    }

    // Gives properties of an older version their present names.
    public static void Rename(JsonObject json, params ReadOnlySpan<(string Old, string New)> names)
    {
        foreach (var (old, now) in names)
            if (json.Remove(old, out JsonNode? value)) json.Add(now, value);
    }

    // Reads what Fit learned; a damaged file is a clear error.
    public static T ReadLearned<T>(string stage, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw BadDataException.For(Subject(stage), $"learned values that cannot be read ({e.Message})", "the values it was saved with",
                "Save the model again.", e);
        }
    }

    // Opens a saved stage whose weights lie elsewhere; a bundle that is gone is a clear error.
    public static T OpenBundle<T>(string stage, Func<T> open, string found, string expected)
    {
        try
        {
            return open();
        }
        catch (MissingDependencyException e)
        {
            throw MissingDependencyException.For(Subject(stage), found,
                expected + "; a saved stage holds a reference, not the weights",
                "Put the bundle back at that path, or make and save the stage again with its new one.", e);
        }
    }

    static string Subject(string stage) => $"The saved stage '{stage}'";
}
