using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Storage;
using static System.FormattableString;

namespace Alignment.MLNet.Engagement.Reading;

// What a block of rows came to.
sealed class BlockResult(EngagementSums sums)
{
    public EngagementSums Sums => sums;
    public List<RejectedRow> Rejected { get; } = [];
    public Dictionary<string, long> UnknownVariants { get; } = new(StringComparer.Ordinal);
    public int Rows { get; set; }
}

/// <summary>Sums the rows of a block. A row with anything wrong in it is left out as a whole and reported with its line and the reason: a
/// shifted row is wrong everywhere. No allocation per row, unless it has quotes inside quotes or is rejected.</summary>
sealed class RowParser(EngagementShape shape, FieldPlan plan, AnalysisOptions options)
{
    const int MostUnknown = 200;
    static readonly string[] s_missing = ["NA", "N/A", "NaN", "null", "NULL", "None", "nil", "-", "--", ".", "?", "#N/A"];
    readonly byte[][] _variants = [.. options.Variants.Select(Encoding.UTF8.GetBytes)];
    readonly int[] _columns = [.. plan.Fields.Select(f => Array.IndexOf(shape.Columns, f))];
    readonly ulong _seed = ByteHash.Mix(options.Seed + 1);

    /// <summary>Sums one block; <paramref name="sums"/> is empty and becomes the result's.</summary>
    public BlockResult Parse(CsvBlock block, EngagementSums sums)
    {
        ReadOnlySpan<byte> bytes = block.Span;
        bool quotes = bytes.Contains((byte)'"'), nul = bytes.Contains((byte)0);
        var made = new BlockResult(sums);
        Span<int> ends = stackalloc int[shape.Columns.Length + 1];
        Span<double> values = stackalloc double[_columns.Length];
        // The first block begins with the header.
        int header = block.Offset == shape.Skip ? shape.HeaderRecords : 0;
        long line = block.Line;
        for (int from = 0, end; from < bytes.Length; from = end)
        {
            end = quotes ? CsvScan.RecordEnd(bytes, from, shape.Delimiter, shape.LineEnd, last: true)
                : bytes[from..].IndexOf(shape.LineEnd) is >= 0 and var n ? from + n + 1 : bytes.Length;
            ReadOnlySpan<byte> record = bytes[from..end];
            long started = line;
            bool quoted = quotes && record.Contains((byte)'"');
            line += quoted ? record.Count(shape.LineEnd) : 1;
            record = record.TrimEnd("\r\n"u8);
            if (header-- > 0) continue;
            if (nul && record.Contains((byte)0))
            {
                Reject(made, started, $"{NulColumn(record, quoted)}: a NUL character");
                continue;
            }
            int cells = CsvScan.Cells(record, shape.Delimiter, ends, quoted);
            if (cells < 0)
            {
                // What follows on the next line is perhaps a row again.
                int first = bytes[from..].IndexOf(shape.LineEnd);
                if (first >= 0) end = from + first + 1;
                line = started + 1;
                Reject(made, started, "a stray quote, or one that is not closed");
                continue;
            }
            if (IsBlank(record)) continue;
            made.Rows++;
            string? why = Why(record, cells, ends, values, made, out int variant, out ReadOnlySpan<byte> video);
            if (why is not null)
            {
                made.Rows--;
                Reject(made, started, why);
                continue;
            }
            sums.Hashes.Add(ByteHash.Of(record));
            if (shape.Assigned >= 0) sums.Assigned.Add(CsvScan.Cell(record, ends, shape.Assigned), variant);
            sums.Add(video, variant, values, ByteHash.Mix((ulong)(block.Offset + from) ^ _seed));
        }
        return made;
    }

    static void Reject(BlockResult made, long line, string reason)
    {
        made.Rows++;
        made.Rejected.Add(new(line, reason));
    }

    string? Why(ReadOnlySpan<byte> record, int cells, ReadOnlySpan<int> ends, Span<double> values, BlockResult made, out int variant,
        out ReadOnlySpan<byte> video)
    {
        variant = -1;
        video = default;
        if (record.Length > options.MaxCellLength)
            for (int c = 0, from = 0; c < Math.Min(cells, ends.Length); from = ends[c++] + 1)
                if (ends[c] - from > options.MaxCellLength) return
                    Invariant($"{Column(c)}: a cell of {ends[c] - from} bytes, more than {options.MaxCellLength}");
        if (cells < shape.Columns.Length || cells > shape.Columns.Length
            && !record[(ends[shape.Columns.Length - 1] + 1)..].Trim([shape.Delimiter, (byte)' ']).IsEmpty)
            return Invariant($"{cells} cells, where the header has {shape.Columns.Length}");
        video = CsvScan.Cell(record, ends, shape.Video);
        if (video.IsEmpty) return $"{Column(shape.Video)}: empty";
        if (!System.Text.Unicode.Utf8.IsValid(video)) return $"{Column(shape.Video)}: no UTF-8 text; save the file as \"CSV UTF-8\"";
        ReadOnlySpan<byte> name = CsvScan.Cell(record, ends, shape.Variant);
        for (int v = 0; v < _variants.Length; v++)
            if (name.SequenceEqual(_variants[v])) variant = v;
        if (variant < 0 && Unlike(name, made, out variant) is { } why) return why;
        for (int f = 0; f < _columns.Length; f++)
        {
            ReadOnlySpan<byte> cell = CsvScan.Cell(record, ends, _columns[f]);
            if (cell.IsEmpty) values[f] = double.NaN;
            else if (!NumberText.TryParse(cell, shape.Mark, out values[f])) return NoNumber(_columns[f], cell);
        }
        foreach (var (numerator, denominator) in plan.Ratios)
        {
            double y = values[numerator], x = values[denominator];
            if (NoCount(y)) return $"{Column(_columns[numerator])}: {y.ToString(CultureInfo.InvariantCulture)} is no count";
            if (NoCount(x)) return $"{Column(_columns[denominator])}: {x.ToString(CultureInfo.InvariantCulture)} is no count";
            if (y > x) return Invariant($"{Column(_columns[numerator])}: {y} of only {x} {Column(_columns[denominator])}");
        }
        return null;
    }

    // Whole numbers that a long can hold; NaN is missing.
    static bool NoCount(double x) => x < 0 || x > 1e15 || x != Math.Floor(x) && !double.IsNaN(x);

    // A variant in other letters, or none; the reason is null for the former.
    string? Unlike(ReadOnlySpan<byte> name, BlockResult made, out int variant)
    {
        string text = Encoding.UTF8.GetString(name.Length > 300 ? name[..300] : name);
        variant = -1;
        for (int v = 0; v < options.Variants.Count; v++)
            if (Text.Same(options.Variants[v], text)) variant = v;
        if (variant >= 0) return null;
        if (made.UnknownVariants.Count < MostUnknown || made.UnknownVariants.ContainsKey(text))
            made.UnknownVariants[text] = made.UnknownVariants.GetValueOrDefault(text) + 1;
        return $"variant: '{SafePath.Shorten(text)}' is none of {string.Join(", ", options.Variants)}; the nearest is "
            + $"'{NearestName.Of(text, options.Variants)}'";
    }

    string NoNumber(int column, ReadOnlySpan<byte> cell)
    {
        string text = Encoding.UTF8.GetString(cell.Length > 300 ? cell[..300] : cell);
        string hint = s_missing.Contains(text, StringComparer.OrdinalIgnoreCase) ? "leave the cell of a missing value empty"
            : text.EndsWith('%') ? "write 5 % as 0.05" : shape.Mark == (byte)',' ? "decimals have a comma in this file"
            : "decimals have a point";
        return $"{Column(column)}: '{SafePath.Shorten(text, 40)}' is no finite number ({hint})";
    }

    bool IsBlank(ReadOnlySpan<byte> record)
    {
        foreach (byte b in record)
            if (b != shape.Delimiter && b is not ((byte)' ' or (byte)'\t')) return false;
        return true;
    }

    string NulColumn(ReadOnlySpan<byte> record, bool quoted)
    {
        Span<int> ends = new int[shape.Columns.Length + 1];
        int cells = Math.Min(CsvScan.Cells(record, shape.Delimiter, ends, quoted), ends.Length);
        for (int c = 0, from = 0; c < cells; from = ends[c++] + 1)
            if (record[from..ends[c]].Contains((byte)0)) return Column(c);
        return "the row";
    }

    string Column(int c) => c < shape.Columns.Length ? SafePath.Shorten(shape.Columns[c], 40)
        : Invariant($"cell {c + 1}");
}
