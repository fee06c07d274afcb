namespace Alignment;

/// <summary>Progress of work that goes on side by side as one: each part reports what it has done, the listener hears the sum.</summary>
sealed class SummedProgress(IProgress<WorkProgress>? listener, long total)
{
    readonly Lock _gate = new();
    long _done;

    /// <summary>For a part of the work, which reports how much of its own is done. Null where nobody listens.</summary>
    /// <param name="name">Of the part, for the note.</param>
    public IProgress<WorkProgress>? Part(string name) => listener is null ? null : new PartProgress(this, name);

    void Add(string stage, long more, string name)
    {
        // Told inside the lock: sums must not arrive out of order.
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
