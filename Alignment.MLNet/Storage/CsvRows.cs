using System.Buffers;
using System.Globalization;
using System.Text;
using CsvHelper;

namespace Alignment.MLNet.Storage;

/// <summary>How tables are written, row by row: UTF-8 without byte order mark, lines ending with LF, cells quoted as RFC 4180 says and only where needed.</summary>
static class CsvRows
{
    static readonly SearchValues<char> s_special = SearchValues.Create(",\"\r\n");

    /// <summary>RFC 4180. Texts from outside that a spreadsheet would run as a formula get an apostrophe in front (OWASP, "CSV Injection"); numbers stay numbers.</summary>
    public static CsvWriterOptions ForSpreadsheets { get; } = CsvWriterOptions.Default with { NewLine = "\r\n", Injection = CsvInjection.Escape, FormatProvider = CultureInfo.InvariantCulture };

    /// <summary>A writer over <paramref name="stream"/>, which stays open; disposing the writer flushes it.</summary>
    public static StreamWriter To(Stream stream) => new(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };

    /// <summary>One row. Cells with spaces at their ends are quoted too, for readers that would cut them off.</summary>
    public static void Write(TextWriter to, params ReadOnlySpan<string> cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0) to.Write(',');
            bool plain = cells[i].AsSpan().IndexOfAny(s_special) < 0 && cells[i] == cells[i].Trim();
            if (plain) to.Write(cells[i]);
            else
            {
                to.Write('"');
                to.Write(cells[i].Replace("\"", "\"\"", StringComparison.Ordinal));
                to.Write('"');
            }
        }
        to.Write('\n');
    }
}
