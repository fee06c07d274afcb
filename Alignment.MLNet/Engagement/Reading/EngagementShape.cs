using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Engagement.Reading;

/// <summary>How an engagement file is written: separators, decimal mark, columns and what they hold. Found out from its beginning, or
/// refused with advice.</summary>
sealed class EngagementShape
{
    public const string SimulatedColumn = "simulated";
    const int MaxColumns = 1000;
    const int TextAfter = 10_000;
    const int MarkRows = 10_000;
    const int HeadBytes = 1 << 20;
    static readonly string[] s_ids = ["id", "participant", "user", "session", "impression"];
    readonly string _path;

    EngagementShape(string path) => _path = path;

    CsvDialect _dialect = null!;
    public byte Delimiter => _dialect.Delimiter;
    public byte LineEnd => _dialect.LineEnd;
    public byte Mark { get; private set; } = (byte)'.';
    public int Skip => _dialect.Skip;

    // Records before the first row: the header, and perhaps Excel's "sep=".
    public int HeaderRecords => _dialect.HeaderRecords;

    public string[] Columns { get; private set; } = [];
    public int Video { get; private set; }
    public int Variant { get; private set; }

    // The column whose values were assigned to variants, as far as the options or its name say; −1 for none.
    public int Assigned { get; private set; } = -1;

    public IReadOnlyList<int> Numbers { get; private set; } = [];
    public IReadOnlyList<string> Ignored { get; private set; } = [];
    public IReadOnlyList<string> Empty { get; private set; } = [];
    public bool HasIds { get; private set; }
    public bool Simulated { get; private set; }
    public string Subject => SubjectOf(_path);

    public static string SubjectOf(string path) => $"The engagement data '{SafePath.Shorten(path, 200)}'";

    public static EngagementShape Of(string path, AnalysisOptions options, CancellationToken cancellationToken)
    {
        var shape = new EngagementShape(path);
        if (!File.Exists(path)) throw shape.Bad("no such file", "a CSV with the columns video_id, variant and metrics", "Check the path.");
        shape.ReadHead(options);
        shape.ReadColumns(options, cancellationToken);
        return shape;
    }

    public CsvBlocks Blocks() => new(_path, Subject, _dialect);

    BadDataException Bad(string found, string expected, Phrase next) => BadDataException.For(Subject, found, expected, next);

    void ReadHead(AnalysisOptions options)
    {
        var head = new byte[HeadBytes];
        int n;
        using (FileStream file = File.OpenRead(_path))
        {
            if (!file.CanSeek) throw Bad("a pipe", "a file, because its beginning is read twice", "Write it to a file first.");
            n = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        ReadOnlySpan<byte> bytes = head.AsSpan(0, n);
        const string utf8 = "Save it as \"CSV UTF-8\" and run again.";
        if (CsvDialect.EncodingOf(bytes) is not null) throw Bad("text in UTF-16", "text in UTF-8", utf8);
        if (bytes.StartsWith("PK\u0003\u0004"u8)) throw Bad("an Excel workbook or another ZIP file", "a CSV",
            "Save the sheet as \"CSV UTF-8\" and run again.");
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) throw Bad("a gzip file", "a CSV", "Unpack it and run again.");
        _dialect = CsvDialect.Of(bytes);
        ReadOnlySpan<byte> record = _dialect.Header;
        if (record.Trim(" \t"u8).IsEmpty) throw Bad("an empty file", "a header with video_id, variant and metrics",
            "Export the data again.");
        var ends = new int[MaxColumns + 1];
        int cells = CsvScan.Cells(record, Delimiter, ends, record.Contains((byte)'"'));
        if (cells < 0) throw Bad("a stray quote in the header", "column names, quoted as a whole or not at all", "Correct the header.");
        if (cells > MaxColumns) throw Bad(FormattableString.Invariant($"{cells} columns"),
            FormattableString.Invariant($"at most {MaxColumns}"), "Check the export.");
        if (!System.Text.Unicode.Utf8.IsValid(record)) throw Bad("column names that are not UTF-8", "text in UTF-8", utf8);
        Columns = new string[cells];
        for (int c = 0; c < cells; c++) Columns[c] = Encoding.UTF8.GetString(CsvScan.Cell(record, ends, c));
        if (Columns.Where(c => c.Length > 0).GroupBy(c => c, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Bad($"the column '{SafePath.Shorten(twice.Key)}' twice", "every column once", "Rename or remove one.");
        Video = Find(options.UnitColumn);
        Variant = Find("variant");
        Assigned = AssignedUnits.Column(options, Columns) is { } assigned ? Find(assigned) : -1;
        Simulated = Array.Exists(Columns, c => Text.Same(c, SimulatedColumn));
        HasIds = Enumerable.Range(0, cells).Any(c => c != Video && IsId(Columns[c]));
        if (options.Decimals is { } mark) Mark = mark == DecimalMark.Comma ? (byte)',' : (byte)'.';
    }

    int Find(string name)
    {
        int at = Array.FindIndex(Columns, c => Text.Same(c, name));
        return at >= 0 ? at : throw Bad($"the columns {List(Columns)}", $"a column '{SafePath.Shorten(name)}'", Columns.Length == 1
            ? "The cells are separated by commas, semicolons or tabs, and the file begins with a header."
            : "The file begins with a header." + (NearestName.Of(name, Columns) is { Length: > 0 } nearest
            ? $" The nearest column is '{SafePath.Shorten(nearest, 40)}'." : ""));
    }

    internal static bool IsId(string column) => column.EndsWith("_id", StringComparison.OrdinalIgnoreCase)
        || s_ids.Contains(column, StringComparer.OrdinalIgnoreCase);

    // Which columns hold numbers, and how they are written.
    void ReadColumns(AnalysisOptions options, CancellationToken cancellationToken)
    {
        int[] open = [.. Enumerable.Range(0, Columns.Length)
            .Where(c => c != Video && c != Variant && c != Assigned && Columns[c].Length > 0 && !IsId(Columns[c])
            && !Text.Same(Columns[c], "video_id")
            && !Text.Same(Columns[c], SimulatedColumn))];
        if (open.Length == 0) throw Bad($"the columns {List(Columns)}", "at least one metric such as CTR, CVR or watch_time",
            "Add a column of numbers.");
        var marks = new Marks();
        bool[] point = new bool[Columns.Length], comma = new bool[Columns.Length];
        string example = "";
        int[] filled = new int[Columns.Length], ends = new int[Columns.Length + 1];
        long rows = 0, longer = 0;
        int header = HeaderRecords;
        CsvBlocks blocks = Blocks();
        foreach (CsvBlock block in blocks.Read(cancellationToken))
        {
            ReadOnlySpan<byte> bytes = block.Span;
            for (int from = 0, end; from < bytes.Length; from = end)
            {
                end = CsvScan.RecordEnd(bytes, from, Delimiter, LineEnd, last: true);
                if (header-- > 0) continue;
                ReadOnlySpan<byte> record = bytes[from..end].TrimEnd("\r\n"u8);
                int cells = CsvScan.Cells(record, Delimiter, ends, record.Contains((byte)'"'));
                if (cells < 0 || record.Trim(" \t"u8).IsEmpty) continue;
                rows++;
                if (cells > Columns.Length) longer++;
                foreach (int c in open)
                {
                    if (c >= cells || filled[c] > TextAfter) continue;
                    ReadOnlySpan<byte> cell = CsvScan.Cell(record, ends, c);
                    if (cell.IsEmpty) continue;
                    filled[c]++;
                    if (example.Length == 0) example = $"; '{SafePath.Shorten(Columns[c], 40)}' begins with "
                        + $"'{SafePath.Shorten(Encoding.UTF8.GetString(cell[..Math.Min(cell.Length, 300)]), 40)}'";
                    if (cell.Length > 63) continue;
                    point[c] |= NumberText.TryParse(cell, (byte)'.', out _);
                    comma[c] |= NumberText.TryParse(cell, (byte)',', out _);
                    if (rows <= MarkRows) marks.See(cell);
                }
            }
            blocks.Return(block);
            if (rows >= MarkRows && Array.TrueForAll(open, c => point[c] || comma[c] || filled[c] > TextAfter)) break;
        }
        if (rows == 0) throw Bad("a header without rows", "rows with video_id, variant and metrics", "Export the data again.");
        if (rows >= 3 && longer == rows)
            throw Bad("more cells in every row than the header has columns", "rows like the header",
                Delimiter == (byte)','
                ? "Decimal commas between commas cannot be told apart: export with semicolons between cells, or with decimal points."
                : "Check the export.");
        if (options.Decimals is null) Mark = marks.Decide(Delimiter, Subject);
        bool[] numeric = Mark == (byte)',' ? comma : point;
        Numbers = [.. open.Where(c => numeric[c])];
        Empty = [.. open.Where(c => filled[c] == 0 && rows > 0).Select(c => Columns[c])];
        Ignored = [.. open.Where(c => !numeric[c] && filled[c] > 0).Select(c => Columns[c])];
        if (Numbers.Count == 0)
            throw Bad($"no number in any of the columns {List(Columns)}{example}", "at least one metric with values",
                comma.Contains(true)
                ? $"They have decimal commas: say so with {OptionName.Of<AnalysisOptions>(nameof(AnalysisOptions.Decimals))} comma."
                : example.EndsWith("%'", StringComparison.Ordinal) ? (Phrase)"Write 5 % as 0.05." : Mark == (byte)','
                ? $"Decimals are read with a comma; say {OptionName.Of<AnalysisOptions>(nameof(AnalysisOptions.Decimals))} point if they "
                    + $"have points." : "Decimals have a point; check the export.");
    }

    static string List(string[] columns) => string.Join(", ", columns.Take(20).Select(c => $"'{SafePath.Shorten(c, 40)}'"))
        + (columns.Length > 20 ? ", …" : "");

    sealed class Marks
    {
        long _points, _commas, _perhaps;
        string _example = "";

        public void See(ReadOnlySpan<byte> cell)
        {
            int comma = cell.IndexOf((byte)','), point = cell.IndexOf((byte)'.');
            if (comma < 0 && point < 0) return;
            if (comma < 0)
            {
                if (NumberText.TryParse(cell, (byte)'.', out _)) _points++;
                return;
            }
            if (point >= 0 || !NumberText.TryParse(cell, (byte)',', out _)) return;
            // "1,234" may be a thousand: three digits after one to three that do not begin with 0.
            ReadOnlySpan<byte> before = cell[..comma].TrimStart("+-"u8);
            bool thousand = cell.Length - comma - 1 == 3 && before.Length is >= 1 and <= 3 && before[0] != (byte)'0';
            if (thousand) _perhaps++;
            else _commas++;
            if (_example.Length == 0 || thousand && _commas == 0) _example = Encoding.UTF8.GetString(cell);
        }

        public byte Decide(byte delimiter, string subject)
        {
            // Between commas a decimal comma must be quoted, which exports do not do by themselves: it takes an option.
            if (delimiter == (byte)',' || _commas + _perhaps == 0) return (byte)'.';
            if (_points > 0 && _commas + _perhaps > 0)
            {
                // Of both kinds: the rarer rows are reported one by one, unless neither is rare.
                double share = (_commas + _perhaps) / (double)(_points + _commas + _perhaps);
                if (share is > 0.05 and < 0.95)
                    throw BadDataException.For(subject, $"decimals with points and with commas ('{SafePath.Shorten(_example, 40)}')",
                        "one kind", $"Correct the export, or say which is right: "
                        + $"{OptionName.Of<AnalysisOptions>(nameof(AnalysisOptions.Decimals))} point or comma.");
                return share > 0.5 ? (byte)',' : (byte)'.';
            }
            if (_commas > 0) return (byte)',';
            throw BadDataException.For(subject, $"numbers such as '{SafePath.Shorten(_example, 40)}', which may be decimals or thousands",
                "numbers that can be read in one way", $"Say which: {OptionName.Of<AnalysisOptions>(nameof(AnalysisOptions.Decimals))} "
                + $"comma or, after removing the thousands separators, point.");
        }
    }
}
