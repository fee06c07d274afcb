using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Alignment.MLNet.Storage;

/// <summary>
/// The JSON file beside finished outputs that says what they were made from (<c>recipe</c>), what is worth knowing of
/// them (<c>facts</c>) and what their bytes are (<c>files</c>: name in the same folder → SHA-256). It is written last,
/// so outputs without it are not finished; and they are up to date exactly when the recipe is the one that would be
/// written now and every hash is right. That is all there is to resuming: no state of a run is kept anywhere else.
/// Recipes hold settings and hashes of inputs, never times or paths, so that equal work gives equal bytes.
/// </summary>
static class OutputRecord
{
    /// <summary>Records are kilobytes, with many problems in them a megabyte; a bigger file is something else.</summary>
    const long MaxBytes = 16 << 20;

    /// <summary>Indented, snake_case, readable letters, the same line ends on every system.</summary>
    public static readonly JsonSerializerOptions Style = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The facts of finished outputs that are just what <paramref name="recipe"/> would make now; null where there are none such.</summary>
    /// <param name="path">The record; its files are beside it.</param>
    /// <param name="recipe">What would be made now.</param>
    public static TFacts? Current<TFacts>(string path, object recipe) where TFacts : class
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > MaxBytes) return null;
            if (JsonNode.Parse(File.ReadAllBytes(path)) is not JsonObject record) return null;
            // Compared as text: both sides went through the same writer.
            if (record["recipe"]?.ToJsonString(Style) != Text(recipe)) return null;
            if (record["files"] is not JsonObject { Count: > 0 } files) return null;
            string folder = file.DirectoryName!;
            foreach ((string name, JsonNode? hash) in files)
            {
                if (!SafePath.IsName(name)) return null;
                string made = Path.Combine(folder, name);
                if (!File.Exists(made) || FileHash.OfFile(made) != (string?)hash) return null;
            }
            return record["facts"].Deserialize<TFacts>(Style);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or BadDataException or IOException or UnauthorizedAccessException or FormatException)
        {
            // A damaged or foreign file is no record: the outputs are made again over it.
            return null;
        }
    }

    /// <summary>What a record says of one of its files, whatever it was made from; null where no record names the file with this hash.</summary>
    /// <param name="path">The record.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="sha256">Of the file as it is now.</param>
    public static TFacts? FactsOf<TFacts>(string path, string file, string sha256) where TFacts : class => Facts<TFacts>(path, record => (string?)record["files"]?[file] == sha256);

    /// <summary>What a record says, trusting that its files are as it has them; null where there is none.</summary>
    /// <param name="path">The record.</param>
    public static TFacts? FactsOf<TFacts>(string path) where TFacts : class => Facts<TFacts>(path, _ => true);

    /// <summary>A part of a record ("recipe" or "facts") as far as <typeparamref name="T"/> has its members; null where there is none.</summary>
    public static T? PartOf<T>(JsonObject record, string part) where T : class => record[part].Deserialize<T>(Style);

    /// <summary>The whole record; null where there is none that can be read.</summary>
    public static JsonObject? Read(string path)
    {
        try
        {
            var record = new FileInfo(path);
            return record.Exists && record.Length <= MaxBytes ? JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What a record says one of its files was made from; null where no record names the file with this hash.</summary>
    /// <param name="path">The record.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="sha256">Of the file as it is now.</param>
    public static TRecipe? RecipeOf<TRecipe>(string path, string file, string sha256) where TRecipe : class => Part<TRecipe>(path, "recipe", record => (string?)record["files"]?[file] == sha256);

    /// <summary>The facts of a record without files of its own, where it was made from just this recipe; else null.</summary>
    /// <param name="path">The record.</param>
    /// <param name="recipe">What would be found out now.</param>
    public static TFacts? FactsFrom<TFacts>(string path, object recipe) where TFacts : class => Facts<TFacts>(path, record => record["recipe"]?.ToJsonString(Style) == Text(recipe));

    static TFacts? Facts<TFacts>(string path, Func<JsonObject, bool> holds) where TFacts : class => Part<TFacts>(path, "facts", holds);

    static TFacts? Part<TFacts>(string path, string part, Func<JsonObject, bool> holds) where TFacts : class
    {
        try
        {
            var record = new FileInfo(path);
            if (!record.Exists || record.Length > MaxBytes || JsonNode.Parse(File.ReadAllBytes(path)) is not JsonObject read) return null;
            return holds(read) ? read[part].Deserialize<TFacts>(Style) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or IOException or UnauthorizedAccessException or FormatException)
        {
            return null;   // damaged or foreign: then nothing is known
        }
    }

    /// <summary>Records finished outputs: reads the files back, hashes them, and writes the record.</summary>
    /// <param name="path">The record; in the folder of the files.</param>
    /// <param name="recipe">What they were made from.</param>
    /// <param name="facts">What is worth knowing of them.</param>
    /// <param name="files">Their names.</param>
    public static void Write(string path, object recipe, object facts, params ReadOnlySpan<string> files)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in files) hashes.Add(name, FileHash.OfFile(Path.Combine(folder, name)));
        WriteHashed(path, recipe, facts, hashes);
    }

    /// <summary>As <see cref="Write"/>, of files whose hashes are known: a record may then be there before the last of its files.</summary>
    public static void WriteHashed(string path, object recipe, object facts, SortedDictionary<string, string> hashes) =>
        AtomicFile.WriteText(path, Text(new { recipe, facts, files = hashes }) + "\n", durable: false);

    /// <summary>Writes a manifest, unless the very same one is there: a run with nothing to do leaves every file alone.</summary>
    public static void WriteManifest(string path, object content) => AtomicFile.WriteText(path, Text(content) + "\n", keepEqual: true);

    static string Text(object value) => JsonSerializer.SerializeToNode(value, value.GetType(), Style)!.ToJsonString(Style);
}
