namespace Alignment.Runner.Cli;

// Plain tables of text, which is never taken for markup.
static class Tables
{
    public static Table Of(params string[] columns) =>
        new Table().Border(TableBorder.Simple).AddColumns([.. columns.Select(Markup.Escape)]);

    public static void Row(this Table table, params IEnumerable<string> cells) => table.AddRow([.. cells.Select(c => new Text(c))]);
}
