namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>One column of a <see cref="RowsView{TRow}"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Text, or a number.</param>
/// <param name="Getter">A ValueGetter of its raw type over the row at hand.</param>
sealed record RowColumn<TRow>(string Name, DataViewType Type, Func<Func<TRow>, Delegate> Getter)
{
    public static RowColumn<TRow> Text(string name, Func<TRow, string> value) => new(name, TextDataViewType.Instance,
        row => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> to) => to = value(row()).AsMemory()));

    // The row itself, for the writer at the end of a chain.
    public static RowColumn<TRow> Row(string name) => new(name, new RowType(),
        row => (ValueGetter<TRow>)((ref TRow to) => to = row()));

    sealed class RowType() : StructuredDataViewType(typeof(TRow))
    {
        public override bool Equals(DataViewType? other) => other is RowType;
    }

    /// <summary>A vector of <paramref name="count"/> texts.</summary>
    public static RowColumn<TRow> Texts(string name, int count, Func<TRow, IEnumerable<string>> values) => new(name,
        new VectorDataViewType(TextDataViewType.Instance, count),
        row => (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> to) =>
            to = new(count, [.. values(row()).Select(v => v.AsMemory())])));

    public static RowColumn<TRow> Int(string name, Func<TRow, int> value) => new(name, NumberDataViewType.Int32,
        row => (ValueGetter<int>)((ref int to) => to = value(row())));
}

/// <summary>
/// Rows that are streamed from an enumeration, one at a time. Unlike ML.NET's own view of an enumeration it deals them out to the cursors
/// of a set, each row in a batch of its own: whoever reads several cursors restores the order by the batches. Rows of one scene may come as
/// a group, which one cursor reads in one batch.
/// </summary>
sealed class RowsView<TRow> : IDataView
{
    readonly IEnumerable<IReadOnlyList<TRow>> _groups;
    readonly IReadOnlyList<RowColumn<TRow>> _columns;
    readonly long? _count;

    // Every row is a group of its own.
    public RowsView(IEnumerable<TRow> rows, IReadOnlyList<RowColumn<TRow>> columns) : this(rows.Select(r => new[] { r }), columns) =>
        _count = rows.TryGetNonEnumeratedCount(out int count) ? count : null;

    public RowsView(IEnumerable<IReadOnlyList<TRow>> groups, IReadOnlyList<RowColumn<TRow>> columns)
    {
        (_groups, _columns) = (groups, columns);
        var schema = new DataViewSchema.Builder();
        foreach (var column in columns) schema.AddColumn(column.Name, column.Type);
        Schema = schema.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, new Source(_groups.GetEnumerator(), 1), columnsNeeded);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var source = new Source(_groups.GetEnumerator(), Math.Max(1, n));
        DataViewSchema.Column[] wanted = [.. columnsNeeded];
        return [.. Enumerable.Range(0, Math.Max(1, n)).Select(_ => new Cursor(this, source, wanted))];
    }

    // The enumeration that the cursors of a set share.
    sealed class Source(IEnumerator<IReadOnlyList<TRow>> groups, int readers)
    {
        readonly Lock _lock = new();
        long _group, _row;
        int _readers = readers;

        public bool Next(out (IReadOnlyList<TRow> Rows, long Group, long FirstRow) next)
        {
            lock (_lock)
            {
                do
                    if (!groups.MoveNext())
                    {
                        next = ([], -1, -1);
                        return false;
                    }
                while (groups.Current.Count == 0);
                next = (groups.Current, _group++, _row);
                _row += next.Rows.Count;
                return true;
            }
        }

        public void Leave()
        {
            lock (_lock)
                if (--_readers == 0) groups.Dispose();
        }
    }

    sealed class Cursor : DataViewRowCursor, ILendingRow
    {
        readonly RowsView<TRow> _view;
        readonly Source _source;
        readonly bool[] _active;
        (IReadOnlyList<TRow> Rows, long Group, long FirstRow) _group = ([], -1, -1);
        int _at;
        bool _disposed;

        public Cursor(RowsView<TRow> view, Source source, IEnumerable<DataViewSchema.Column> wanted)
        {
            (_view, _source, _active) = (view, source, new bool[view.Schema.Count]);
            foreach (var column in wanted) _active[column.Index] = true;
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Position => _group.FirstRow + _at;

        public override long Batch => Math.Max(0, _group.Group);

        public long Group => _group.Group;

        public SceneCache Cache { get; } = new();

        public override bool MoveNext()
        {
            if (++_at < _group.Rows.Count) return true;
            _at = 0;
            return _source.Next(out _group);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Position, 0);

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public T? Lend<T>(DataViewSchema.Column column) where T : Delegate => null;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!_active[column.Index])
                throw new ArgumentException($"Column '{column.Name}' was not asked for when this cursor was opened.", nameof(column));
            return _view._columns[column.Index].Getter(() => _group.Rows[_at]) as ValueGetter<TValue>
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
