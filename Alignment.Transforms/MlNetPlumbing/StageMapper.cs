namespace Alignment.Transforms.MlNetPlumbing;

// A stage bound to one input schema.
sealed class StageMapper : IRowToRowMapper
{
    readonly IReadOnlyList<OutputColumn> _made;

    public StageMapper(SceneTransformer stage, DataViewSchema input)
    {
        (_made, Ahead) = StageColumns.Over(stage, input);
        InputSchema = input;
        var output = new DataViewSchema.Builder();
        output.AddColumns(input);
        foreach (var made in _made) output.AddColumn(made.Name, made.Type);
        OutputSchema = output.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    // How cursors work ahead; null where each row is for itself.
    public LookAhead? Ahead { get; }

    // True where one of the columns is the stage's own.
    public bool Makes(IEnumerable<DataViewSchema.Column> columns) => columns.Any(c => c.Index >= InputSchema.Count);

    public DataViewSchema OutputSchema { get; }

    /// <summary>The input columns needed for <paramref name="dependingColumns"/>: passed through, or read by a made column that is
    /// wanted.</summary>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var need = new SortedSet<int>();
        foreach (var column in dependingColumns)
        {
            if (column.Index < InputSchema.Count) need.Add(column.Index);
            else need.UnionWith(_made[column.Index - InputSchema.Count].Reads);
        }
        return need.Select(i => InputSchema[i]);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new Row(input, Open(input, activeColumns));
    }

    /// <summary>The stage's columns over a row or cursor of the input.</summary>
    /// <param name="input">The row or cursor.</param>
    /// <param name="wanted">Which columns.</param>
    /// <param name="supply">Says beforehand what shared work gives.</param>
    public OpenRow Open(DataViewRow input, IEnumerable<DataViewSchema.Column> wanted, Action<StageRow>? supply = null)
    {
        bool[] active = new bool[OutputSchema.Count];
        foreach (var column in wanted) active[column.Index] = true;
        return new OpenRow(this, input, active, supply);
    }

    // What a row and a cursor have in common.
    internal sealed class OpenRow : IDisposable
    {
        readonly StageMapper _mapper;
        readonly DataViewRow _input;
        readonly bool[] _active;
        readonly Delegate?[] _getters;
        readonly StageRow _row;

        public OpenRow(StageMapper mapper, DataViewRow input, bool[] active, Action<StageRow>? supply)
        {
            (_mapper, _input, _active) = (mapper, input, active);
            _row = new StageRow(input);
            supply?.Invoke(_row);
            _getters = new Delegate?[mapper._made.Count];
            try
            {
                for (int i = 0; i < _getters.Length; i++)
                    if (active[mapper.InputSchema.Count + i]) _getters[i] = mapper._made[i].Getter(_row);
            }
            catch
            {
                _row.Dispose();
                throw;
            }
        }

        public DataViewSchema Schema => _mapper.OutputSchema;

        public long Group => _row.Group;

        public SceneCache Cache => _row.Cache;

        public T? Lend<T>(DataViewSchema.Column column) where T : Delegate
        {
            if (!IsActive(column)) return null;
            int output = column.Index - _mapper.InputSchema.Count;
            if (output < 0) return (_input as ILendingRow)?.Lend<T>(_mapper.InputSchema[column.Index]);
            return (_getters[output]?.Target as ILentColumn)?.Lend() as T;
        }

        public bool IsActive(DataViewSchema.Column column) => column.Index < _active.Length && _active[column.Index];

        public ValueGetter<T> Getter<T>(DataViewSchema.Column column)
        {
            if (!IsActive(column)) throw new ArgumentException($"Column '{column.Name}' was not asked for when this row was opened.",
                nameof(column));
            int made = column.Index - _mapper.InputSchema.Count;
            if (made < 0) return _input.GetGetter<T>(_mapper.InputSchema[column.Index]);
            if (_getters[made]?.Target is CachedColumn floats) floats.AddReader();
            return _getters[made] as ValueGetter<T>
                ?? throw new InvalidOperationException(
                $"Column '{column.Name}' is {ColumnWords.Of(column.Type)}; it cannot be read as {typeof(T)}.");
        }

        public void Dispose()
        {
            _row.Dispose();
            _input.Dispose();
        }
    }

    sealed class Row(DataViewRow input, OpenRow open) : DataViewRow, ILendingRow
    {
        public long Group => open.Group;

        public SceneCache Cache => open.Cache;

        public T? Lend<T>(DataViewSchema.Column column) where T : Delegate => open.Lend<T>(column);

        public override DataViewSchema Schema => open.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => open.IsActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => open.Getter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing) open.Dispose();
            base.Dispose(disposing);
        }
    }
}
