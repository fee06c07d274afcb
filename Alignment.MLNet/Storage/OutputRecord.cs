using System.Text.Json;
using System.Text.Json.Nodes;

namespace Alignment.MLNet.Storage;

/// <summary>
/// The JSON file beside finished outputs that says what they were made from (<c>recipe</c>), what is worth knowing of
/// them (<c>facts</c>) and what their bytes are (<c>files</c>: name in the same folder → SHA-256). It is written last,
/// so outputs without it are not finished; and they are up to date exactly when the recipe is the one that would be
/// written now and every hash is right. That is all there is to resuming: no state of a run is stored anywhere else.
/// Recipes hold settings and hashes of inputs, never times or paths, so that equal work gives equal bytes.
/// </summary>
static class OutputRecord
{
    /// <summary>Records are kilobytes, with many problems in them a megabyte; a bigger file is something else.</summary>
    const long MaxBytes = 16 << 20;

    /// <summary>The facts of finished outputs of just this recipe, all of whose files are as recorded; else null.</summary>
    /// <param name="path">The record; its files are beside it.</param>
    /// <param name="recipe">What would be written now.</param>
    public static TFacts? Current<TFacts>(string path, object recipe) where TFacts : class =>
        Part<TFacts>(path, "facts", record => HasRecipe(record, recipe) && HasFiles(record, FolderOf(path)));

    /// <summary>The facts of a record without files of its own, where it has just this recipe; else null.</summary>
    public static TFacts? FactsFrom<TFacts>(string path, object recipe) where TFacts : class =>
        Part<TFacts>(path, "facts", record => HasRecipe(record, recipe));

    /// <summary>The facts, whatever the recipe, where the record names the file with this hash; else null.</summary>
    /// <param name="path">The record.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="sha256">Of the file as it is now.</param>
    public static TFacts? FactsOf<TFacts>(string path, string file, string sha256) where TFacts : class =>
        Part<TFacts>(path, "facts", record => (string?)record["files"]?[file] == sha256);

    /// <summary>The facts, trusting that the files are as recorded; null where there is no record.</summary>
    public static TFacts? FactsOf<TFacts>(string path) where TFacts : class => Part<TFacts>(path, "facts", _ => true);

    /// <summary>The recipe, where the record names the file with this hash; else null.</summary>
    /// <param name="path">The record.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="sha256">Of the file as it is now.</param>
    public static TRecipe? RecipeOf<TRecipe>(string path, string file, string sha256) where TRecipe : class =>
        Part<TRecipe>(path, "recipe", record => (string?)record["files"]?[file] == sha256);

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

    /// <summary>"recipe" or "facts" of a record, as far as <typeparamref name="T"/> has its members; null where there is none.</summary>
    public static T? PartOf<T>(JsonObject record, string part) where T : class => record[part].Deserialize<T>(JsonStyle.Record);

    /// <summary>Records finished outputs: reads the files back, hashes them, and writes the record.</summary>
    /// <param name="path">The record; in the folder of the files.</param>
    /// <param name="recipe">What they were made from.</param>
    /// <param name="facts">What is worth knowing of them.</param>
    /// <param name="files">Their names.</param>
    public static void Write(string path, object recipe, object facts, params ReadOnlySpan<string> files)
    {
        string folder = FolderOf(path);
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in files) hashes.Add(name, FileHash.OfFile(Path.Combine(folder, name)));
        WriteHashed(path, recipe, facts, hashes);
    }

    /// <summary>As <see cref="Write"/>, of files whose hashes are known: the record may be written before the last of its files.</summary>
    public static void WriteHashed(string path, object recipe, object facts, SortedDictionary<string, string> hashes) =>
        AtomicFile.WriteText(path, Text(new { recipe, facts, files = hashes }) + "\n", durable: false);

    /// <summary>Writes a manifest, unless the very same one is there: a run with nothing to do leaves every file alone.</summary>
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
