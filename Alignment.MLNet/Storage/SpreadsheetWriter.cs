namespace Alignment.MLNet.Storage;

/// <summary>Writes tables that people open in a spreadsheet: UTF-8, RFC 4180. Texts that a spreadsheet would run as a formula get an
/// apostrophe in front (<see cref="CsvCell"/>) and quotes; numbers stay numbers.</summary>
sealed class SpreadsheetWriter(Stream stream, string newLine = "\r\n") : IDisposable
{
    readonly StreamWriter _to = CsvRows.To(stream);
    bool _inRow;

    public void Row(params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts) Text(text);
        EndRow();
    }

    public void Text(string text)
    {
        string cell = CsvCell.Guard(text);
        Separate();
        CsvRows.WriteCell(_to, cell, quoted: CsvRows.NeedsQuotes(cell) || cell.Length > text.Length);
    }

    // A number; an empty cell for none, and for one that is not finite.
    public void Number(double? value)
    {
        Separate();
        if (value is { } number && double.IsFinite(number)) _to.Write(number.ToString(CultureInfo.InvariantCulture));
    }

    public void Number(long? value)
    {
        Separate();
        if (value is { } number) _to.Write(number.ToString(CultureInfo.InvariantCulture));
    }

    public void EndRow()
    {
        _to.Write(newLine);
        _inRow = false;
    }

    public void Dispose() => _to.Dispose();

    void Separate()
    {
        if (_inRow) _to.Write(',');
        _inRow = true;
    }
}
