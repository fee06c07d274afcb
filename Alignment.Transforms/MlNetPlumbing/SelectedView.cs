namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>The rows of a view that a test on cheap columns lets through: what a writer puts before a dear stage, so that nothing is
/// computed for files that are current.</summary>
/// <param name="source">The rows.</param>
/// <param name="reads">Names of the columns the test reads.</param>
/// <param name="test">Opens the test over a cursor.</param>
sealed class SelectedView(IDataView source, IReadOnlyList<string> reads, Func<DataViewRow, Func<bool>> test) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] wanted = [.. columnsNeeded];
        return new Cursor(source.GetRowCursor(With(wanted), rand), wanted, test);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] wanted = [.. columnsNeeded];
        return [.. source.GetRowCursorSet(With(wanted), n, rand).Select(c => new Cursor(c, wanted, test))];
    }

    IEnumerable<DataViewSchema.Column> With(DataViewSchema.Column[] wanted) =>
        wanted.Concat(reads.Select(r => source.Schema[r])).DistinctBy(c => c.Index);

    sealed class Cursor(DataViewRowCursor input, DataViewSchema.Column[] wanted, Func<DataViewRow, Func<bool>> test) : DataViewRowCursor,
        ILendingRow
    {
        readonly Func<bool> _passes = test(input);
        readonly HashSet<int> _wanted = [.. wanted.Select(c => c.Index)];
        long _position = -1;

        public override DataViewSchema Schema => input.Schema;

        public override long Position => _position;

        public override long Batch => input.Batch;

        public long Group => (input as ILendingRow)?.Group ?? input.Position;

        public SceneCache Cache { get; } = (input as ILendingRow)?.Cache ?? new();

        public override bool MoveNext()
        {
            while (input.MoveNext())
            {
                if (!_passes()) continue;
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => _wanted.Contains(column.Index);

        public T? Lend<T>(DataViewSchema.Column column) where T : Delegate => (input as ILendingRow)?.Lend<T>(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => input.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing) input.Dispose();
            base.Dispose(disposing);
        }
    }
}
