using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Dataset;

/// <summary>keywords.csv: which product each video advertises. Columns <c>_id</c> and <c>keyword_list[0]</c>, in any order, among others;
/// UTF-8, separated by commas, semicolons, tabs or bars.</summary>
static class KeywordsCsv
{
    public const string IdColumn = "_id", KeywordColumn = "keyword_list[0]";

    // In characters.
    public const int LongestKeyword = 200;

    // Reads id → keyword; rows that cannot be used are reported with their line and left out.
    public static Dictionary<string, string> Read(string path, Action<SceneProblem> report)
    {
        var keywords = new Dictionary<string, string>(StringComparer.Ordinal);
        using CsvTable table = CsvTable.Open(path, Layout.Keywords, [IdColumn, KeywordColumn], multiline: false);
        while (table.Next())
        {
            string id = table[0].Trim(), keyword = table[1].Trim();
            string? why = SafePath.Why(id) is { } bad ? $"the id '{SafePath.Shorten(id)}' cannot be used because {bad}"
                : keyword.Length == 0 ? $"'{id}' has no keyword"
                : keyword.Length > LongestKeyword ? $"the keyword of '{id}' is {keyword.Length} characters long, more than {LongestKeyword}"
                : keyword.Any(char.IsControl) ? $"the keyword of '{id}' contains a control character" : null;
            if (why is not null)
                report(new(ProblemKind.BadKeywordRow, null, null, path,
                    $"Line {table.Line}: {why}. Correct the row; it is passed over.")
                {
                    WithoutKeyword = keyword.Length == 0
                    && SafePath.IsName(id) ? id : null
                });
            else if (!keywords.TryAdd(id, keyword) && keywords[id] != keyword)
                report(new(ProblemKind.RepeatedKeyword, id, null, path, $"Line {table.Line}: '{id}' is named again, as "
                    + $"'{SafePath.Shorten(keyword)}'; the first, '{SafePath.Shorten(keywords[id])}', counts. Remove one of them."));
        }
        return keywords;
    }
}

// The keywords of a data set by video.
sealed class KeywordTable
{
    readonly Dictionary<string, string> _exact;
    readonly Lazy<Dictionary<string, string>> _composed;

    KeywordTable(string path, Dictionary<string, string> exact)
    {
        (Path, _exact) = (path, exact);
        _composed = new(() => exact.GroupBy(k => k.Key.Normalize(), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal));
    }

    public string Path { get; }

    public static string Require(SceneFolder folder, string subject) => folder.KeywordsPath
        ?? throw BadDataException.For(subject, $"no {Layout.Keywords} (looked for {folder.Looked})",
        $"a CSV with the columns {KeywordsCsv.IdColumn} and {KeywordsCsv.KeywordColumn}", "Put it into the data folder.");

    public static KeywordTable Read(string path, Action<SceneProblem> report) => new(path, KeywordsCsv.Read(path, report));

    // The video's keyword, or null. An id that differs only in how its accents are composed is the same (macOS decomposes them).
    public string? Find(string id) =>
        _exact.GetValueOrDefault(id) ?? (System.Text.Ascii.IsValid(id) || SafePath.Why(id) is not null ? null
        : _composed.Value.GetValueOrDefault(id.Normalize()));

    public SceneProblem Missing(string id, int scenes, string fate) =>
        new(ProblemKind.NoKeyword, id, null, Path,
        Invariant($"No usable row with {KeywordsCsv.IdColumn} '{id}' in '{Path}'; its {scenes} scene(s) {fate}. Add the row."));
}
