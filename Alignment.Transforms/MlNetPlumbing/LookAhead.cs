namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>What work ahead gave for one row, or why it could not.</summary>
/// <param name="Row">Counted from 0 over the cursor's rows.</param>
/// <param name="Result">Of the work; not read where there is a failure.</param>
/// <param name="Failure">The row's own; other rows go on.</param>
readonly record struct AheadResult<T>(long Row, T Result, BadDataException? Failure = null);

// Works over rows: one object that moves from row to row as it is enumerated.
delegate IEnumerable<AheadResult<T>> AheadRun<T>(IEnumerable<StageRow> rows, CancellationToken cancellationToken);

// How a stage works ahead of the row at hand.
abstract class LookAhead
{
    public abstract DataViewRowCursor Open(IDataView source, StageMapper mapper, DataViewSchema.Column[] wanted,
        CancellationToken cancellationToken);
}

/// <summary>
/// Reads the source with two cursors: one goes ahead and reads only what the work needs, the other gives the columns that pass through. So
/// no column of another type has to be kept, and what the two both read is computed twice.
/// </summary>
sealed class LookAhead<T>(SharedWork<T> work, AheadRun<T> run) : LookAhead
{
    public override DataViewRowCursor Open(IDataView source, StageMapper mapper, DataViewSchema.Column[] wanted,
        CancellationToken cancellationToken)
    {
        DataViewSchema.Column[] passed = [.. wanted.Where(c => c.Index < source.Schema.Count)];
        var stream = new Stream(source.GetRowCursor(work.Reads.Select(r => source.Schema[r.Column.Index])), run, cancellationToken);
        DataViewRowCursor? input = null;
        try
        {
            input = source.GetRowCursor(passed.Select(c => source.Schema[c.Index]));
            return new StageView.Cursor(input, mapper.Open(input, wanted, row => row.Supply(work, stream.Current)), stream.Move, stream);
        }
        catch
        {
            input?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    // The results, as far as they were waited for, of rows that have not gone by.
    sealed class Stream : IDisposable
    {
        readonly CancellationTokenSource _stop;
        readonly DataViewRowCursor _cursor;
        readonly IEnumerator<AheadResult<T>> _results;
        readonly Dictionary<long, AheadResult<T>> _known = [];
        long _row = -1;

        public Stream(DataViewRowCursor cursor, AheadRun<T> run, CancellationToken cancellationToken)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _cursor = cursor;
            _results = run(Rows(cursor), _stop.Token).GetEnumerator();
        }

        static IEnumerable<StageRow> Rows(DataViewRowCursor cursor)
        {
            using var row = new StageRow(cursor);
            while (cursor.MoveNext()) yield return row;
        }

        public void Move() => _known.Remove(_row++);

        public T Current()
        {
            while (!_known.ContainsKey(_row))
            {
                if (!_results.MoveNext()) throw new InvalidOperationException($"Nothing was computed for row {_row}.");
                if (_results.Current.Row >= _row) _known.Add(_results.Current.Row, _results.Current);
            }
            AheadResult<T> known = _known[_row];
            return known.Failure is { } failure ? throw failure : known.Result;
        }

        public void Dispose()
        {
            _stop.Cancel();
            _results.Dispose();
            _cursor.Dispose();
            _stop.Dispose();
        }
    }
}
