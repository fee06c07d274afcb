using System.Buffers;

namespace Alignment.MLNet.Storage;

// Writes tables row by row: UTF-8 without byte order mark, LF, cells quoted as RFC 4180 says and only where needed.
static class CsvRows
{
    static readonly SearchValues<char> s_special = SearchValues.Create(",\"\r\n");

    // A writer over stream, which stays open; disposing the writer flushes it.
    public static StreamWriter To(Stream stream) => new(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };

    // One row. Cells with spaces at their ends are quoted too, for readers that would cut them off.
    public static void Write(TextWriter to, params ReadOnlySpan<string> cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0) to.Write(',');
            WriteCell(to, cells[i], quoted: NeedsQuotes(cells[i]) || cells[i] != cells[i].Trim());
        }
        to.Write('\n');
    }

    public static bool NeedsQuotes(string cell) => cell.AsSpan().IndexOfAny(s_special) >= 0;

    public static void WriteCell(TextWriter to, string cell, bool quoted)
    {
        if (!quoted) to.Write(cell);
        else
        {
            to.Write('"');
            to.Write(cell.Replace("\"", "\"\"", StringComparison.Ordinal));
            to.Write('"');
        }
    }
}
