namespace Alignment.MLNet.Storage;

// Work on several threads; results come in order, no more in memory than workers, and do not depend on their number.
static class OrderedParallel
{
    // As many as there are processors, up to a bound on the decoded pictures in memory.
    public static int Workers { get; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    // The results of work in the items' order; a failure comes at its item's place. Items are enumerated on the caller's thread, a few
    // ahead; with one worker everything happens there.
    public static IEnumerable<TOut> Map<TIn, TOut>(IEnumerable<TIn> items, Func<TIn, TOut> work, int workers,
        CancellationToken cancellationToken)
    {
        var running = new Queue<Task<TOut>>(workers);
        try
        {
            foreach (TIn item in items)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (workers <= 1)
                {
                    yield return work(item);
                    continue;
                }
                if (running.Count == workers) yield return running.Dequeue().GetAwaiter().GetResult();
                running.Enqueue(Task.Run(() => work(item), CancellationToken.None));
            }
            while (running.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return running.Dequeue().GetAwaiter().GetResult();
            }
        }
        finally
        {
            foreach (Task<TOut> left in running) ((IAsyncResult)left).AsyncWaitHandle.WaitOne();   // its failure is not wanted
        }
    }
}
