namespace Alignment;

// The progress of parallel parts as one sum.
sealed class SummedProgress(IProgress<WorkProgress>? listener, long total)
{
    readonly Lock _gate = new();
    long _done;

    /// <summary><paramref name="name"/> becomes the note.</summary>
    public IProgress<WorkProgress>? Part(string name) => listener is null ? null : new PartProgress(this, name);

    void Add(string stage, long more, string name)
    {
        // Inside the lock, so that sums do not arrive out of order.
        lock (_gate) listener!.Report(new(stage, _done += more, total, name));
    }

    sealed class PartProgress(SummedProgress sum, string name) : IProgress<WorkProgress>
    {
        long _last;

        public void Report(WorkProgress value)
        {
            sum.Add(value.Stage, value.Done - _last, name);
            _last = value.Done;
        }
    }
}
