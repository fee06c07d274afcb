using System.Text.Json.Nodes;

namespace Alignment.MLNet.Storage;

/// <summary>The JSON file beside finished outputs that says what they were made from (<c>recipe</c>), what is worth knowing of them
/// (<c>facts</c>) and what their bytes are (<c>files</c>: name → SHA-256). It is written last; outputs are up to date exactly when the
/// recipe is the one that would be written now and every hash is right. That is all there is to resuming. Recipes hold settings and hashes
/// of inputs, never times or paths, so that equal work gives equal bytes.</summary>
static class OutputRecord
{
    // Records are kilobytes, with many problems in them a megabyte; a bigger file is something else.
    const long MaxBytes = 16 << 20;

    // The facts of finished outputs of just this recipe, all of whose files, beside the record, are as recorded; else null.
    public static TFacts? Current<TFacts>(string path, object recipe) where TFacts : class =>
        Part<TFacts>(path, "facts", record => HasRecipe(record, recipe) && HasFiles(record, FolderOf(path)));

    // The facts of a record without files of its own, where it has just this recipe; else null.
    public static TFacts? FactsFrom<TFacts>(string path, object recipe) where TFacts : class =>
        Part<TFacts>(path, "facts", record => HasRecipe(record, recipe));

    // The facts, whatever the recipe, where the record names the file with this hash; else null.
    public static TFacts? FactsOf<TFacts>(string path, string file, string sha256) where TFacts : class =>
        Part<TFacts>(path, "facts", record => (string?)record["files"]?[file] == sha256);

    // The facts, trusting that the files are as recorded; null where there is no record.
    public static TFacts? FactsOf<TFacts>(string path) where TFacts : class => Part<TFacts>(path, "facts", _ => true);

    // The recipe, where the record names the file with this hash; else null.
    public static TRecipe? RecipeOf<TRecipe>(string path, string file, string sha256) where TRecipe : class =>
        Part<TRecipe>(path, "recipe", record => (string?)record["files"]?[file] == sha256);

    // The whole record; null where there is none that can be read.
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

    // "recipe" or "facts" of a record, as far as T has its members; null where there is none.
    public static T? PartOf<T>(JsonObject record, string part) where T : class => record[part].Deserialize<T>(JsonStyle.Record);

    // Reads the files back, hashes them, and writes the record beside them.
    public static void Write(string path, object recipe, object facts, params ReadOnlySpan<string> files)
    {
        string folder = FolderOf(path);
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in files) hashes.Add(name, FileHash.OfFile(Path.Combine(folder, name)));
        WriteHashed(path, recipe, facts, hashes);
    }

    // As Write, of files whose hashes are known: the record may be written before the last of its files.
    public static void WriteHashed(string path, object recipe, object facts, SortedDictionary<string, string> hashes) =>
        AtomicFile.WriteText(path, Text(new { recipe, facts, files = hashes }) + "\n", durable: false);

    // Writes a manifest, unless the very same one is there: a run with nothing to do leaves every file alone.
    public static void WriteManifest(string path, object content) => AtomicFile.WriteText(path, Text(content) + "\n", keepEqual: true);

    // Compared as text: both sides went through the same writer.
    static bool HasRecipe(JsonObject record, object recipe) => record["recipe"]?.ToJsonString(JsonStyle.Record) == Text(recipe);

    static bool HasFiles(JsonObject record, string folder) => record["files"] is JsonObject { Count: > 0 } files && files.All(file =>
        SafePath.IsName(file.Key) && Path.Combine(folder, file.Key) is var path && File.Exists(path)
        && FileHash.OfFile(path) == (string?)file.Value);

    static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    static T? Part<T>(string path, string part, Func<JsonObject, bool> holds) where T : class
    {
        try
        {
            return Read(path) is { } record && holds(record) ? PartOf<T>(record, part) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or BadDataException or IOException
            or UnauthorizedAccessException or FormatException)
        {
            return null;   // damaged or foreign: nothing is known, and the outputs are written again
        }
    }

    static string Text(object value) =>
        JsonSerializer.SerializeToNode(value, value.GetType(), JsonStyle.Record)!.ToJsonString(JsonStyle.Record);
}
