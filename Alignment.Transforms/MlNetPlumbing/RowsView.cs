using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>One column of a <see cref="RowsView{TRow}"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Text, or a number.</param>
/// <param name="Getter">A ValueGetter of its raw type over the row at hand.</param>
sealed record RowColumn<TRow>(string Name, DataViewType Type, Func<Func<TRow>, Delegate> Getter)
{
    public static RowColumn<TRow> Text(string name, Func<TRow, string> value) => new(name, TextDataViewType.Instance,
        row => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> to) => to = value(row()).AsMemory()));

    public static RowColumn<TRow> Int(string name, Func<TRow, int> value) => new(name, NumberDataViewType.Int32,
        row => (ValueGetter<int>)((ref int to) => to = value(row())));
}

/// <summary>
/// Rows that are streamed from an enumeration, one at a time. Unlike ML.NET's own view of an enumeration it deals them out to the cursors
/// of a set, each row in a batch of its own: whoever reads several cursors restores the order by the batches.
/// </summary>
sealed class RowsView<TRow> : IDataView
{
    readonly IEnumerable<TRow> _rows;
    readonly IReadOnlyList<RowColumn<TRow>> _columns;

    public RowsView(IEnumerable<TRow> rows, IReadOnlyList<RowColumn<TRow>> columns)
    {
        (_rows, _columns) = (rows, columns);
        var schema = new DataViewSchema.Builder();
        foreach (var column in columns) schema.AddColumn(column.Name, column.Type);
        Schema = schema.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _rows.TryGetNonEnumeratedCount(out int count) ? count : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, new Source(_rows.GetEnumerator(), 1), columnsNeeded);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var source = new Source(_rows.GetEnumerator(), Math.Max(1, n));
        DataViewSchema.Column[] wanted = [.. columnsNeeded];
        return [.. Enumerable.Range(0, Math.Max(1, n)).Select(_ => new Cursor(this, source, wanted))];
    }

    /// <summary>The enumeration that the cursors of a set share.</summary>
    sealed class Source(IEnumerator<TRow> rows, int readers)
    {
        readonly Lock _lock = new();
        long _next;
        int _readers = readers;

        public bool Next(out TRow row, out long index)
        {
            lock (_lock)
            {
                (row, index) = (default!, -1);
                if (!rows.MoveNext()) return false;
                (row, index) = (rows.Current, _next++);
                return true;
            }
        }

        public void Leave()
        {
            lock (_lock)
                if (--_readers == 0) rows.Dispose();
        }
    }

    sealed class Cursor : DataViewRowCursor, ILendingRow
    {
        readonly RowsView<TRow> _view;
        readonly Source _source;
        readonly bool[] _active;
        TRow _row = default!;
        long _index = -1;
        bool _disposed;

        public Cursor(RowsView<TRow> view, Source source, IEnumerable<DataViewSchema.Column> wanted)
        {
            (_view, _source, _active) = (view, source, new bool[view.Schema.Count]);
            foreach (var column in wanted) _active[column.Index] = true;
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Position => _index;

        public override long Batch => Math.Max(0, _index);

        public long Group => _index;

        public override bool MoveNext() => _source.Next(out _row, out _index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_index, 0);

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public ReadFloats? Lend(DataViewSchema.Column column) => null;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!_active[column.Index])
                throw new ArgumentException($"Column '{column.Name}' was not asked for when this cursor was opened.", nameof(column));
            return _view._columns[column.Index].Getter(() => _row) as ValueGetter<TValue>
                ?? throw new InvalidOperationException(
                $"Column '{column.Name}' is {ColumnWords.Of(column.Type)}; it cannot be read as {typeof(TValue)}.");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_disposed)
            {
                _disposed = true;
                _source.Leave();
            }
            base.Dispose(disposing);
        }
    }
}
