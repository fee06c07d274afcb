using System.Text;
using CsvHelper;

namespace Alignment.MLNet.Storage;

/// <summary>A CSV from outside, row by row: named columns, bounded rows, and errors that name the line.</summary>
sealed class CsvTable : IDisposable
{
    /// <summary>Longest row that is read, in bytes; beyond it the file is taken for damaged (an unclosed quote, a wrong file).</summary>
    public const int LongestRow = 4 << 20;

    readonly CsvReader _csv;
    readonly string _path, _subject;
    int[] _columns = [];

    CsvTable(string path, string subject, CsvReader csv) => (_path, _subject, _csv) = (path, subject, csv);

    /// <summary>Line where the current row starts, from 1.</summary>
    public long Line => _csv.LineNumber;

    /// <summary>The cell under the given wanted column; empty where the row is too short.</summary>
    public string this[int column] => _columns[column] < _csv.FieldCount ? _csv.GetString(_columns[column]) : "";

    /// <summary>Opens the file and finds the wanted columns in its first line.</summary>
    /// <param name="path">The file: UTF-8, or UTF-16 with a byte order mark; the separator is detected.</param>
    /// <param name="subject">What it is, for messages.</param>
    /// <param name="columns">Names of the wanted columns.</param>
    /// <param name="multiline">Allows line breaks in quoted cells; without them an unclosed quote spoils one row, not the rest of the file.</param>
    public static CsvTable Open(string path, string subject, IReadOnlyList<string> columns, bool multiline)
    {
        var options = CsvReaderOptions.Default with { TrackLineNumbers = true, MaxRecordSize = LongestRow, AllowLineBreaksInQuotes = multiline };
        // Strict: a file in another encoding would give other ids than the folders have.
        var text = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
        var table = new CsvTable(path, subject, CsvReader.Create(text, options, leaveOpen: false));
        try
        {
            string[] header = [.. table.Try(csv => csv.Headers)];
            table._columns = [.. columns.Select(c => table.Try(csv => csv.TryGetFieldIndex(c, out int at) ? at : -1))];
            if (table._columns.Contains(-1))
                throw table.Bad(header.Length == 0 ? "an empty file" : $"the columns {SafePath.Shorten(string.Join(", ", header), 200)}", $"the columns {string.Join(", ", columns)}");
            return table;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    public bool Next() => Try(csv => csv.Read());

    public void Dispose() => _csv.Dispose();

    T Try<T>(Func<CsvReader, T> read)
    {
        try
        {
            return read(_csv);
        }
        catch (DecoderFallbackException e)
        {
            throw Bad($"bytes that are not UTF-8 after line {Line}", "UTF-8 text", e);
        }
        catch (Exception e) when (e is CsvFormatException or InvalidOperationException or InvalidDataException)
        {
            throw Bad($"no readable row after line {Line} ({SafePath.Shorten(e.Message, 200)})", "one row per line, cells with separators or quotes in quotes", e);
        }
    }

    BadDataException Bad(string found, string expected, Exception? inner = null) =>
        BadDataException.For($"{_subject} ('{_path}')", found, expected, "Save it as UTF-8 CSV and run again.", inner);
}
