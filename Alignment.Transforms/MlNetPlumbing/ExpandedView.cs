namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>
/// Each row of the source once for every value of a new text column. The rows of one source row follow each other, share its batch, and
/// cost its columns once.
/// </summary>
sealed class ExpandedView(IDataView source, string column, IReadOnlyList<string> values) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema { get; } = SchemaOf(source.Schema, column);

    public static DataViewSchema SchemaOf(DataViewSchema source, string column)
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumns(source);
        schema.AddColumn(column, TextDataViewType.Instance);
        return schema.ToSchema();
    }

    public long? GetRowCount() => source.GetRowCount() * values.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        bool[] active = Active(columnsNeeded);
        return new Cursor(this, source.GetRowCursor(Below(active)), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        bool[] active = Active(columnsNeeded);
        return [.. source.GetRowCursorSet(Below(active), n).Select(c => new Cursor(this, c, active))];
    }

    bool[] Active(IEnumerable<DataViewSchema.Column> wanted)
    {
        bool[] active = new bool[Schema.Count];
        foreach (var c in wanted) active[c.Index] = true;
        return active;
    }

    IEnumerable<DataViewSchema.Column> Below(bool[] active) => source.Schema.Where(c => active[c.Index]);

    sealed class Cursor(ExpandedView view, DataViewRowCursor input, bool[] active) : DataViewRowCursor, ILendingRow
    {
        readonly ReadOnlyMemory<char>[] _values = [.. view.Values.Select(v => v.AsMemory())];
        readonly ILendingRow? _lender = input as ILendingRow;
        int _at = -1;
        bool _ended;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _at < 0 || _ended ? -1 : input.Position * _values.Length + _at;

        public override long Batch => input.Batch;

        public long Group => _lender?.Group ?? input.Position;

        public SceneCache Cache { get; } = (input as ILendingRow)?.Cache ?? new();

        public override bool MoveNext()
        {
            if (_ended) return false;
            if (_at >= 0 && ++_at < _values.Length) return true;
            _at = 0;
            _ended = _values.Length == 0 || !input.MoveNext();
            return !_ended;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter()
        {
            var get = input.GetIdGetter();
            return (ref DataViewRowId id) =>
            {
                get(ref id);
                id = id.Combine(new DataViewRowId((ulong)_at, 0));
            };
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public T? Lend<T>(DataViewSchema.Column column) where T : Delegate =>
            active[column.Index] && column.Index < input.Schema.Count ? _lender?.Lend<T>(input.Schema[column.Index]) : null;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!active[column.Index]) throw new ArgumentException($"Column '{column.Name}' was not asked for when this cursor was opened.",
                nameof(column));
            if (column.Index == input.Schema.Count)
                return (ValueGetter<TValue>)(Delegate)(ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> to) =>
                    to = _values[_at]);
            if (Lend<ReadFloats>(column) is { } lent)
                return (ValueGetter<TValue>)(Delegate)(ValueGetter<VBuffer<float>>)new HeldColumn(lent).Get;
            var get = input.GetGetter<TValue>(input.Schema[column.Index]);
            if (column.Type is not VectorDataViewType) return get;
            return VBuffers.Once(get, () => input.Position);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) input.Dispose();
            base.Dispose(disposing);
        }
    }

    IReadOnlyList<string> Values => values;
}

// Vectors of any item that are read once for several rows.
static class VBuffers
{
    /// <summary>The same getter, asked again only when <paramref name="position"/> has moved. <typeparamref name="TBuffer"/> is a
    /// VBuffer.</summary>
    public static ValueGetter<TBuffer> Once<TBuffer>(ValueGetter<TBuffer> get, Func<long> position) =>
        (ValueGetter<TBuffer>)s_once.MakeGenericMethod(typeof(TBuffer).GetGenericArguments()).Invoke(null, [get, position])!;

    static readonly System.Reflection.MethodInfo s_once = typeof(VBuffers).GetMethod(nameof(OnceOf),
        System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;

    static Delegate OnceOf<T>(ValueGetter<VBuffer<T>> get, Func<long> position)
    {
        VBuffer<T> cached = default;
        long at = long.MinValue;
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> to) =>
        {
            if (at != position())
            {
                get(ref cached);
                at = position();
            }
            cached.CopyTo(ref to);
        });
    }
}
