using Alignment.MLNet.Storage;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Dataset;

/// <summary><c>valid_scenes.csv</c>, written as <see cref="CsvRows"/> writes: rows in ordinal order of video id, then by scene number; full
/// paths.</summary>
public static class ValidScenesCsv
{
    /// <summary>The file's usual name.</summary>
    public const string FileName = Layout.ValidScenes;

    /// <summary>The columns, in order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        SceneColumns.VideoId, SceneColumns.SceneNumber, SceneColumns.Keyword, SceneColumns.SceneImagePath,
        SceneColumns.KeywordMaskPath, SceneColumns.AttentionHeatmapPath, SceneColumns.Filename,
    ];

    /// <summary>Streams the rows; each is checked before it is handed out: a usable id, a number, full paths to files that exist.</summary>
    /// <exception cref="BadDataException">The file is not there, or a row cannot be used; the message names its line.</exception>
    public static IEnumerable<SceneRecord> Read(string path)
    {
        string full = Path.GetFullPath(path);
        if (!File.Exists(full))
            throw BadDataException.For($"'{full}'", "no such file", "the scene list that validate makes",
                "Run `alignment validate --data DIR` first.");
        return Rows(full);
    }

    static IEnumerable<SceneRecord> Rows(string path)
    {
        using CsvTable table = CsvTable.Open(path, FileName, Columns, multiline: true);
        while (table.Next())
        {
            string id = table[0];
            string? why = SafePath.Why(id) is { } bad ? $"the video id '{SafePath.Shorten(id)}', but {bad}"
                : !int.TryParse(table[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? $"the scene number '{SafePath.Shorten(table[1])}'"
                : table[2].Length is 0 or > KeywordsCsv.LongestKeyword ? $"a keyword of {table[2].Length} characters"
                : WhyNotFile(table[3]) ?? WhyNotFile(table[4]) ?? WhyNotFile(table[5]);
            if (why is not null)
                throw BadDataException.For($"{FileName} ('{path}'), line {table.Line}", why,
                    "a row as validate writes it, with full paths of existing files", "Run `alignment validate` again.");
            yield return new SceneRecord
            {
                VideoId = id,
                SceneNumber = int.Parse(table[1], NumberStyles.None, CultureInfo.InvariantCulture),
                Keyword = table[2],
                SceneImagePath = table[3],
                KeywordMaskPath = table[4],
                AttentionHeatmapPath = table[5],
                Filename = table[6],
            };
        }
    }

    static string? WhyNotFile(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal)) return "a path with a NUL character";
        if (!Path.IsPathFullyQualified(path) || path.Split('/', '\\').Contains(".."))
            return $"the path '{SafePath.Shorten(path)}', which is not a full path";
        return File.Exists(path) ? null : $"the path '{SafePath.Shorten(path, 300)}', where there is no file";
    }

    internal static void WriteHeader(TextWriter to) => CsvRows.Write(to, [.. Columns]);

    internal static void WriteRow(TextWriter to, SceneRecord s) =>
        CsvRows.Write(to, s.VideoId, Invariant($"{s.SceneNumber}"), s.Keyword, s.SceneImagePath, s.KeywordMaskPath,
        s.AttentionHeatmapPath, s.Filename);
}
