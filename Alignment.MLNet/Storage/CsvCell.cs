namespace Alignment.MLNet.Storage;

// Texts from outside as cells that no spreadsheet runs.
static class CsvCell
{
    // What a spreadsheet would take for a formula (OWASP, "CSV Injection").
    const string Formula = "=+-@\t\r";

    // A text from outside: what a spreadsheet would run as a formula gets an apostrophe in front.
    public static string Guard(string text) =>
        text.Length > 0 && Formula.Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;

    public static string Unguard(string cell) =>
        cell.Length > 1 && cell[0] == '\'' && Formula.Contains(cell[1], StringComparison.Ordinal) ? cell[1..] : cell;
}
