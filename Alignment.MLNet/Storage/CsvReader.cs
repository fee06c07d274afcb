namespace Alignment.MLNet.Storage;

/// <summary>A CSV row by row, as bytes: nothing is allocated for a row unless it has quotes inside quotes. UTF-8, or UTF-16 with a byte
/// order mark; cells separated by what the header has most of (comma, semicolon, tab, bar).</summary>
sealed class CsvReader : IDisposable
{
    // Longest row, in bytes; what is longer is malformed (an unclosed quote, a wrong file).
    public const int LongestRow = 4 << 20;

    readonly CsvDialect _dialect;
    readonly CsvBlocks _blocks;
    readonly IEnumerator<CsvBlock> _each;
    readonly bool _multiline;
    readonly int[] _ends;
    CsvBlock _block = new([], 0, 0, 1);
    int _at, _start, _length, _header;
    long _nextLine = 1;
    bool _quotes;

    CsvReader(string path, string subject, CsvDialect dialect, bool multiline, int cells)
    {
        (_dialect, _multiline, _ends, _header) = (dialect, multiline, new int[cells], dialect.HeaderRecords);
        _blocks = new(path, subject, dialect, multiline);
        _each = _blocks.Read(CancellationToken.None).GetEnumerator();
        Length = new FileInfo(path).Length;
    }

    public required string[] Header { get; init; }

    public long Length { get; }

    public long Position => _blocks.Position;

    // Line on which the current row begins, from 1.
    public long Line { get; private set; } = 1;

    // A quote of the current row is astray or not closed, or the row is too long.
    public bool IsMalformed { get; private set; }

    public int Cells { get; private set; }

    // The current row without its line end.
    public ReadOnlySpan<byte> Row => _block.Span.Slice(_start, _length);

    public string Sha256 => _blocks.Sha256!;

    // Without multiline a cell ends on its line; bad is the error for what was found instead of a header.
    public static CsvReader Open(string path, string subject, bool multiline, Func<string, BadDataException> bad)
    {
        CsvDialect dialect = CsvDialect.OfFile(path);
        ReadOnlySpan<byte> header = dialect.Header;
        if (header.Trim(" \t"u8).IsEmpty) throw bad("an empty file");
        if (header.Length >= CsvDialect.HeadBytes - 3) throw bad("a first line that is too long to be a header");
        if (!System.Text.Unicode.Utf8.IsValid(header)) throw bad("a first line that is not UTF-8");
        bool quoted = header.Contains((byte)'"');
        var ends = new int[header.Count(dialect.Delimiter) + 1];
        int cells = CsvScan.Cells(header, dialect.Delimiter, ends, quoted, strict: false);
        if (cells < 0) cells = CsvScan.Cells(header, dialect.Delimiter, ends, quoted: false);
        var names = new string[cells];
        for (int c = 0; c < cells; c++) names[c] = System.Text.Encoding.UTF8.GetString(CsvScan.Cell(header, ends, c));
        return new(path, subject, dialect, multiline, cells) { Header = names };
    }

    // The position of a column by its name, in any case; −1 where there is none.
    public int Find(string column) => Array.FindIndex(Header, h => h.Equals(column, StringComparison.OrdinalIgnoreCase));

    // Goes to the next row; empty lines are passed over.
    public bool Next()
    {
        while (true)
        {
            while (_at >= _block.Length)
            {
                if (_block.Bytes.Length > 0) _blocks.Return(_block);
                _block = new([], 0, 0, 1);
                if (!_each.MoveNext()) return false;
                (_block, _at) = (_each.Current, 0);
                (_nextLine, _quotes) = (_block.Line, _block.Span.Contains((byte)'"'));
            }
            ReadOnlySpan<byte> bytes = _block.Span;
            int end = _quotes && _multiline ? CsvScan.RecordEnd(bytes, _at, _dialect.Delimiter, _dialect.LineEnd, last: true)
                : bytes[_at..].IndexOf(_dialect.LineEnd) is >= 0 and var n ? _at + n + 1 : bytes.Length;
            ReadOnlySpan<byte> record = bytes[_at..end];
            bool quoted = _quotes && record.Contains((byte)'"');
            Line = _nextLine;
            _nextLine += quoted && _multiline ? record.Count(_dialect.LineEnd) : 1;
            record = record.TrimEnd("\r\n"u8);
            (_start, _length, _at) = (_at, record.Length, end);
            if (_header > 0)
            {
                _header--;
                continue;
            }
            if (record.IsEmpty) continue;
            Cells = record.Length > LongestRow ? -1 : CsvScan.Cells(record, _dialect.Delimiter, _ends, quoted, strict: false);
            IsMalformed = Cells < 0;
            if (IsMalformed) Cells = CsvScan.Cells(record, _dialect.Delimiter, _ends, quoted: false);
            return true;
        }
    }

    // The text of a cell without spaces around it; empty where the row is too short.
    public ReadOnlySpan<byte> Trimmed(int column) =>
        (uint)column < (uint)Math.Min(Cells, _ends.Length) ? CsvScan.Cell(Row, _ends, column) : default;

    // The text of a cell with its spaces; empty where the row is too short.
    public ReadOnlySpan<byte> Cell(int column)
    {
        if ((uint)column >= (uint)Math.Min(Cells, _ends.Length)) return default;
        ReadOnlySpan<byte> cell = Row[(column == 0 ? 0 : _ends[column - 1] + 1).._ends[column]];
        return IsMalformed ? cell.Trim((byte)'"') : CsvScan.Unquoted(cell);
    }

    public void Dispose() => _each.Dispose();
}
