namespace Alignment.Transforms.MlNetPlumbing;

// A data view with a stage's columns added, computed as its cursors are read.
sealed class StageView(IDataView source, StageMapper mapper, CancellationToken cancellationToken) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var wanted = columnsNeeded.ToArray();
        return mapper.Ahead is { } ahead && mapper.Makes(wanted) ? ahead.Open(source, mapper, wanted, cancellationToken)
            : Open(source.GetRowCursor(mapper.GetDependencies(wanted), rand), wanted);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var wanted = columnsNeeded.ToArray();
        if (mapper.Ahead is not null && mapper.Makes(wanted)) return [GetRowCursor(wanted)];   // it has threads of its own
        return [.. source.GetRowCursorSet(mapper.GetDependencies(wanted), n, rand).Select(c => Open(c, wanted))];
    }

    Cursor Open(DataViewRowCursor input, DataViewSchema.Column[] wanted)
    {
        try
        {
            return new Cursor(input, mapper.Open(input, wanted));
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    internal sealed class Cursor(DataViewRowCursor input, StageMapper.OpenRow open, Action? moved = null, IDisposable? beside = null)
        : DataViewRowCursor, ILendingRow
    {
        public long Group => open.Group;

        public SceneCache Cache => open.Cache;

        public T? Lend<T>(DataViewSchema.Column column) where T : Delegate => open.Lend<T>(column);

        public override DataViewSchema Schema => open.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool MoveNext()
        {
            moved?.Invoke();
            return input.MoveNext();
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => open.IsActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => open.Getter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                beside?.Dispose();
                open.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
