using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Contract;

/// <summary>
/// Passes a view through and counts what is asked of it: columns opened, values read. Unlike LoadFromEnumerable it really
/// deals its rows out to the cursors of a set.
/// </summary>
sealed class WatchedView(IDataView source) : IDataView
{
    /// <summary>Columns some cursor was opened with.</summary>
    public HashSet<string> Opened { get; } = [];

    /// <summary>Values read, by column.</summary>
    public Dictionary<string, int> Read { get; } = [];

    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        Open(columnsNeeded, 0, 1);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [.. Enumerable.Range(0, n).Select(i => Open(columnsNeeded, i, n))];

    Cursor Open(IEnumerable<DataViewSchema.Column> columns, int part, int parts)
    {
        var wanted = columns.ToArray();
        lock (Opened) Opened.UnionWith(wanted.Select(c => c.Name));
        return new Cursor(this, source.GetRowCursor(wanted), part, parts);
    }

    void Count(string column)
    {
        lock (Read) Read[column] = Read.GetValueOrDefault(column) + 1;
    }

    sealed class Cursor(WatchedView view, DataViewRowCursor input, int part, int parts) : DataViewRowCursor
    {
        public override DataViewSchema Schema => input.Schema;

        public override long Position => input.Position < 0 ? -1 : input.Position / parts;

        public override long Batch => input.Batch;

        public override bool MoveNext()
        {
            while (input.MoveNext())
                if (input.Position % parts == part) return true;
            return false;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var get = input.GetGetter<TValue>(column);
            return (ref TValue value) =>
            {
                view.Count(column.Name);
                get(ref value);
            };
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) input.Dispose();
            base.Dispose(disposing);
        }
    }
}
