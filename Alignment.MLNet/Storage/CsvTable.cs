namespace Alignment.MLNet.Storage;

// A CSV of text cells, row by row: named columns, bounded rows, and errors that name the line.
sealed class CsvTable : IDisposable
{
    static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    readonly CsvReader _csv;
    readonly string _subject;
    readonly bool _multiline;
    int[] _columns = [];

    CsvTable(string path, string subject, bool multiline)
    {
        (_subject, _multiline) = ($"{subject} ('{path}')", multiline);
        _csv = CsvReader.Open(path, _subject, multiline, found => Bad(found, "a header"));
    }

    public long Line => _csv.Line;

    public string[] Header => _csv.Header;

    // The cell under the given wanted column; empty where the row is too short.
    public string this[int column] => Cell(_columns[column]);

    // Finds the wanted columns, in any case, in the first line. Multiline: line breaks in quoted cells, and no stray quotes; else a stray
    // quote is text.
    public static CsvTable Open(string path, string subject, IReadOnlyList<string> columns, bool multiline)
    {
        var table = new CsvTable(path, subject, multiline);
        table._columns = [.. columns.Select(table._csv.Find)];
        if (!table._columns.Contains(-1)) return table;
        table.Dispose();
        throw table.Bad($"the columns {SafePath.Shorten(string.Join(", ", table.Header), 200)}",
            $"the columns {string.Join(", ", columns)}");
    }

    // The cell at a position of the header; empty where the row is too short or the position is −1.
    public string Cell(int at)
    {
        try
        {
            return s_utf8.GetString(_csv.Cell(at));
        }
        catch (DecoderFallbackException e)
        {
            throw Bad($"bytes that are not UTF-8 in line {Line}", "UTF-8 text", e);
        }
    }

    // No cell of the row holds anything but spaces.
    public bool IsBlank => Enumerable.Range(0, _csv.Cells).All(c => string.IsNullOrWhiteSpace(Cell(c)));

    public bool Next()
    {
        if (!_csv.Next()) return false;
        bool tooLong = _csv.Row.Length > CsvReader.LongestRow;
        if (!_csv.IsMalformed || !_multiline && !tooLong) return true;
        string why = tooLong ? $"more than {CsvReader.LongestRow >> 20} MiB" : "a stray quote, or one that is not closed";
        throw Bad(Invariant($"no readable row in line {Line} ({why})"),
            "one row per line, cells with separators or quotes in quotes");
    }

    public void Dispose() => _csv.Dispose();

    BadDataException Bad(string found, string expected, Exception? inner = null) =>
        BadDataException.For(_subject, found, expected, "Save it as UTF-8 CSV and run again.", inner);
}
