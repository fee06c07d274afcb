using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Dataset;

/// <summary>
/// keywords.csv: which product each video advertises. Columns <c>_id</c> and <c>keyword_list[0]</c>, in any order,
/// others are passed over; UTF-8 with or without byte order mark, separated by commas, semicolons, tabs or bars.
/// </summary>
static class KeywordsCsv
{
    public const string IdColumn = "_id", KeywordColumn = "keyword_list[0]";

    /// <summary>Longest product name, in characters; longer ones are no names.</summary>
    public const int LongestKeyword = 200;

    /// <summary>Reads id → keyword; rows that cannot be used are reported with their line and left out.</summary>
    /// <exception cref="BadDataException">The file has no such columns, is not UTF-8, or is no CSV.</exception>
    public static Dictionary<string, string> Read(string path, Action<SceneProblem> report)
    {
        var keywords = new Dictionary<string, string>(StringComparer.Ordinal);
        using CsvTable table = CsvTable.Open(path, "keywords.csv", [IdColumn, KeywordColumn], multiline: false);
        while (table.Next())
        {
            string id = table[0].Trim(), keyword = table[1].Trim();
            string? why = SafePath.Why(id) is { } bad ? $"the id '{SafePath.Shorten(id)}' cannot be used because {bad}"
                : keyword.Length == 0 ? $"'{id}' has no keyword"
                : keyword.Length > LongestKeyword ? $"the keyword of '{id}' is {keyword.Length} characters long, more than {LongestKeyword}"
                : keyword.Any(char.IsControl) ? $"the keyword of '{id}' contains a control character" : null;
            if (why is not null)
                report(new(ProblemKind.BadKeywordRow, null, null, path, $"Line {table.Line}: {why}. Correct the row; it is passed over.") { WithoutKeyword = keyword.Length == 0 && SafePath.IsName(id) ? id : null });
            else if (!keywords.TryAdd(id, keyword) && keywords[id] != keyword)
                report(new(ProblemKind.RepeatedKeyword, id, null, path, $"Line {table.Line}: '{id}' is named again, as '{SafePath.Shorten(keyword)}'; the first, '{SafePath.Shorten(keywords[id])}', counts. Remove one of them."));
        }
        return keywords;
    }
}
