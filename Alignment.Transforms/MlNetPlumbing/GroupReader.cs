using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>What was read of one group of rows (a scene, or a scene's variants).</summary>
/// <param name="Rows">One value a row; those before the failure where there is one.</param>
/// <param name="Failure">Why the group could not be read to its end.</param>
sealed record GroupResult<T>(IReadOnlyList<T> Rows, BadDataException? Failure);

/// <summary>
/// Reads a view with several cursors at once and hands the groups out in the view's order: the half of every writer that ML.NET's consumers
/// have for themselves. As many groups are in memory as there are cursors, however many there are.
/// </summary>
static class GroupReader
{
    /// <summary>Reads every group.</summary>
    /// <param name="view">Rows; those of a group follow each other (see <see cref="ILendingRow.Group"/>).</param>
    /// <param name="columns">Names of the columns that are read.</param>
    /// <param name="open">Opens the reading of a row over a cursor; called once a cursor, what it returns once a row, on the cursor's own
    /// thread.</param>
    /// <param name="workers">Cursors at once; with 1 everything happens on the caller's thread.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    public static IEnumerable<GroupResult<T>> Read<T>(IDataView view, IReadOnlyList<string> columns, Func<DataViewRow, Func<T>> open,
        int workers, CancellationToken cancellationToken)
    {
        DataViewSchema.Column[] wanted = [.. columns.Select(c => view.Schema[c])];
        if (workers <= 1) return Groups(view.GetRowCursor(wanted), open, cancellationToken).Select(g => g.Result);
        DataViewRowCursor[] cursors = view.GetRowCursorSet(wanted, workers);
        return cursors.Length == 1 ? Groups(cursors[0], open, cancellationToken).Select(g => g.Result)
            : Merge(cursors, open, cancellationToken);
    }

    static IEnumerable<(long Batch, GroupResult<T> Result)> Groups<T>(DataViewRowCursor cursor, Func<DataViewRow, Func<T>> open,
        CancellationToken cancellationToken)
    {
        using (cursor)
        {
            Func<T> read = open(cursor);
            List<T> rows = [];
            BadDataException? failure = null;
            long group = -1, batch = -1;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool more = cursor.MoveNext();
                long now = more ? (cursor as ILendingRow)?.Group ?? cursor.Position : -1;
                if (now != group && group >= 0)
                {
                    yield return (batch, new(rows, failure));
                    (rows, failure) = ([], null);
                }
                if (!more) yield break;
                (group, batch) = (now, cursor.Batch);
                if (failure is not null) continue;
                try
                {
                    rows.Add(read());
                }
                catch (BadDataException e)
                {
                    failure = e;
                }
            }
        }
    }

    // Each cursor on a thread of its own, at most two groups ahead; the group of the lowest batch is always next.
    static IEnumerable<GroupResult<T>> Merge<T>(DataViewRowCursor[] cursors, Func<DataViewRow, Func<T>> open,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var queues = cursors.Select(_ => new BlockingCollection<(long Batch, GroupResult<T> Result)>(2)).ToArray();
        Task[] workers = [.. cursors.Select((cursor, i) => Task.Factory.StartNew(() => Work(cursor, queues[i]), CancellationToken.None,
            TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            var heads = new (long Batch, GroupResult<T> Result)?[cursors.Length];
            var running = Enumerable.Range(0, cursors.Length).ToList();
            while (true)
            {
                foreach (int i in running.ToArray())
                {
                    if (heads[i] is not null) continue;
                    if (queues[i].TryTake(out var head, Timeout.Infinite, cancellationToken)) heads[i] = head;
                    else
                    {
                        running.Remove(i);
                        ((IAsyncResult)workers[i]).AsyncWaitHandle.WaitOne();   // its failure is known when it has ended
                        if (workers[i].Exception?.InnerException is { } failure) ExceptionDispatchInfo.Throw(failure);
                    }
                }
                if (running.Count == 0) yield break;
                int first = running.MinBy(i => heads[i]!.Value.Batch);
                GroupResult<T> next = heads[first]!.Value.Result;
                heads[first] = null;
                yield return next;
            }
        }
        finally
        {
            stop.Cancel();
            // What was begun is finished or given up before anybody touches the files again.
            foreach (var (queue, worker) in queues.Zip(workers))
            {
                while (queue.TryTake(out _)) { }
                ((IAsyncResult)worker).AsyncWaitHandle.WaitOne();
                _ = worker.Exception;
                queue.Dispose();
            }
        }

        void Work(DataViewRowCursor cursor, BlockingCollection<(long, GroupResult<T>)> to)
        {
            try
            {
                foreach (var group in Groups(cursor, open, stop.Token)) to.Add(group, stop.Token);
            }
            finally
            {
                to.CompleteAdding();
            }
        }
    }
}
