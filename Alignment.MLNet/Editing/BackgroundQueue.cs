namespace Alignment.MLNet.Editing;

/// <summary>
/// Work beside the model's, in the order it was given, one piece at a time: pictures are read, encoded, decoded and written on one thread
/// while another denoises. More would take the models' cores away. Without overlap everything is done at once, where it is asked for.
/// </summary>
sealed class BackgroundQueue(bool overlaps)
{
    readonly TaskScheduler _oneByOne = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default).ExclusiveScheduler;

    /// <summary>Starts a piece; its failure is the task's.</summary>
    public Task<T> Start<T>(Func<T> work)
    {
        if (overlaps) return Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _oneByOne);
        try
        {
            return Task.FromResult(work());
        }
        catch (Exception e)
        {
            return Task.FromException<T>(e);
        }
    }

    /// <summary>Waits for a piece whose failure does not matter any more.</summary>
    public static void Settle(Task task) => task.ContinueWith(t => _ = t.Exception, CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
}
