namespace Alignment.MLNet.Storage;

// Where records and cells of a CSV end, in bytes (RFC 4180; a quote counts only where a cell begins).
static class CsvScan
{
    // Quotes further apart do not belong together: the first is a mistake, and costs its own line only.
    public const int LongestQuoted = 4 << 20;

    // The end of a record, its line end included; −1 where it is not in bytes, unless they are the last.
    public static int RecordEnd(ReadOnlySpan<byte> bytes, int from, byte delimiter, byte lineEnd, bool last)
    {
        int line = bytes[from..].IndexOf(lineEnd), quote = bytes[from..].IndexOf((byte)'"');
        int firstLine = line < 0 ? (last ? bytes.Length : -1) : from + line + 1;
        if (quote < 0 || line >= 0 && line < quote) return firstLine;
        int at = from;
        while (at < bytes.Length)
        {
            if (bytes[at] == (byte)'"')
            {
                int closing = Closing(bytes, at);
                if (closing < 0) return last || bytes.Length - at > LongestQuoted ? firstLine : -1;
                if (closing - at > LongestQuoted) return firstLine;
                at = closing + 1;
            }
            int next = bytes[at..].IndexOfAny(delimiter, lineEnd);
            if (next < 0) return last ? bytes.Length : -1;
            at += next + 1;
            if (bytes[at - 1] == lineEnd) return at;
        }
        return last ? bytes.Length : -1;
    }

    // Finds the ends of a record's cells, quotes included; the next begins one further. Strict: a quote inside a cell that has none at its
    // start is astray too, not text. Returns the number of cells, also of those without room; −1 where a quote is astray.
    public static int Cells(ReadOnlySpan<byte> record, byte delimiter, Span<int> ends, bool quoted, bool strict = true)
    {
        int cells = 0;
        if (!quoted)
        {
            for (int i = 0; i < record.Length; i++)
            {
                if (record[i] != delimiter) continue;
                if (cells < ends.Length) ends[cells] = i;
                cells++;
            }
        }
        else
        {
            int at = 0;
            while (true)
            {
                int next;
                if (at < record.Length && record[at] == (byte)'"')
                {
                    int closing = Closing(record, at);
                    if (closing < 0) return -1;
                    next = closing + 1;
                    if (next < record.Length && record[next] != delimiter) return -1;
                    if (next >= record.Length) break;
                }
                else
                {
                    int found = record[at..].IndexOf(delimiter);
                    if (strict && record[at..(found < 0 ? record.Length : at + found)].Contains((byte)'"')) return -1;
                    if (found < 0) break;
                    next = at + found;
                }
                if (cells < ends.Length) ends[cells] = next;
                cells++;
                at = next + 1;
            }
        }
        if (cells < ends.Length) ends[cells] = record.Length;
        return cells + 1;
    }

    public static ReadOnlySpan<byte> Cell(ReadOnlySpan<byte> record, ReadOnlySpan<int> ends, int column)
    {
        ReadOnlySpan<byte> cell = record[(column == 0 ? 0 : ends[column - 1] + 1)..ends[column]];
        return cell.IsEmpty || cell[0] > (byte)'"' && cell[^1] > (byte)' ' ? cell : Text(cell);
    }

    // A cell's text: without its quotes, doubled ones single, and without spaces at the ends.
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> cell) => Unquoted(cell).Trim(" \t\r"u8);

    // A cell without its quotes, doubled ones single.
    public static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> cell)
    {
        if (cell.Length < 2 || cell[0] != (byte)'"') return cell;
        cell = cell[1..^1];
        if (cell.IndexOf("\"\""u8) < 0) return cell;
        var single = new byte[cell.Length];
        int n = 0;
        for (int i = 0; i < cell.Length; i++)
        {
            single[n++] = cell[i];
            if (cell[i] == (byte)'"') i++;
        }
        return single.AsSpan(0, n);
    }

    // The quote that ends the cell which begins with the one at `from`; −1 where there is none.
    static int Closing(ReadOnlySpan<byte> bytes, int from)
    {
        for (int at = from + 1; ;)
        {
            int quote = bytes[at..].IndexOf((byte)'"');
            if (quote < 0) return -1;
            at += quote;
            if (at + 1 < bytes.Length && bytes[at + 1] == (byte)'"') at += 2;
            else return at;
        }
    }
}
