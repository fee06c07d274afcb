namespace Alignment.Runner.Cli;

// Shows how far long work is: bars with the time left on a terminal, plain lines elsewhere. Always on standard error.
static class ProgressView
{
    public static T Run<T>(Terminal terminal, TimeProvider time, Func<IProgress<WorkProgress>, T> work) =>
        terminal.IsInteractive ? RunWithBars(terminal, work) : work(new Lines(terminal.ErrorWriter, time));

    static T RunWithBars<T>(Terminal terminal, Func<IProgress<WorkProgress>, T> work) =>
        terminal.Error.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
            new RemainingTimeColumn(), new SpinnerColumn())
            .Start(view =>
            {
                var bars = new Bars(view);
                T result = work(bars);
                bars.FinishUncounted();
                return result;
            });

    // One bar a stage.
    sealed class Bars(ProgressContext view) : IProgress<WorkProgress>
    {
        readonly Dictionary<string, ProgressTask> _bars = [];
        readonly Lock _lock = new();

        // Work that never knew its total is done when the next stage begins, or all work ends.
        public void FinishUncounted()
        {
            lock (_lock)
            {
                foreach (var bar in _bars.Values.Where(b => b.IsIndeterminate))
                {
                    bar.IsIndeterminate = false;
                    bar.Value = bar.MaxValue;
                }
            }
        }

        public void Report(WorkProgress value)
        {
            lock (_lock)
            {
                if (!_bars.TryGetValue(value.Stage, out var bar))
                {
                    FinishUncounted();
                    _bars[value.Stage] = bar = view.AddTask(Markup.Escape(value.Stage));
                }
                bar.IsIndeterminate = value.Total <= 0;
                if (value.Total > 0)
                {
                    bar.MaxValue = value.Total;
                    bar.Value = value.Done;
                }
                bar.Description = value.Note is null ? Markup.Escape(value.Stage)
                    : $"{Markup.Escape(value.Stage)} [grey]{Markup.Escape(SafePath.Shorten(value.Note, 40))}[/]";
            }
        }
    }

    // A line when a stage begins, ends, and every few seconds between.
    internal sealed class Lines(TextWriter to, TimeProvider time) : IProgress<WorkProgress>
    {
        static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

        readonly Dictionary<string, (long Started, long Done)> _begun = [];
        readonly Lock _lock = new();
        long _last;

        public void Report(WorkProgress value)
        {
            lock (_lock)
            {
                long now = time.GetTimestamp();
                bool first = !_begun.ContainsKey(value.Stage), final = value.Total > 0 && value.Done >= value.Total;
                if (first) _begun[value.Stage] = (now, value.Done);
                if (!first && !final && time.GetElapsedTime(_last, now) < s_every) return;
                _last = now;
                to.WriteLine(Say(value, first || final ? null : Left(value, now)));
            }
        }

        // The time left at the pace since the stage began (work found done before does not count).
        TimeSpan? Left(WorkProgress value, long now)
        {
            var (started, before) = _begun[value.Stage];
            long made = value.Done - before;
            return made <= 0 || value.Total <= 0 ? null : time.GetElapsedTime(started, now) * ((value.Total - value.Done) / (double)made);
        }

        static string Say(WorkProgress value, TimeSpan? left) => string.Concat(
            value.Stage,
            value.Total > 0 ? Invariant($" {value.Done}/{value.Total}") : "",
            left is { } t ? $", about {Words(t)} left" : "",
            value.Note is null ? "" : $" ({SafePath.Shorten(value.Note)})");

        static string Words(TimeSpan t) => t switch
        {
            { TotalSeconds: < 90 } => Invariant($"{Math.Ceiling(t.TotalSeconds):0} s"),
            { TotalMinutes: < 90 } => Invariant($"{t.TotalMinutes:0} min"),
            _ => Invariant($"{t.TotalHours:0.0} h"),
        };
    }
}
