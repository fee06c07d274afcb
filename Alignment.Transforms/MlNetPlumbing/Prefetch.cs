using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>Takes items from a sequence on a thread of its own, a few ahead of the reader; the sequence's failure comes after all items
/// before it. Disposing stops the thread and waits for it.</summary>
sealed class Prefetch<T> : IEnumerator<T>
{
    readonly BlockingCollection<T> _ready;
    readonly CancellationTokenSource _stop = new();
    readonly Thread _thread;
    ExceptionDispatchInfo? _failure;

    public Prefetch(IEnumerable<T> source, int ahead)
    {
        _ready = new BlockingCollection<T>(ahead);
        _thread = new Thread(() => Fill(source)) { IsBackground = true, Name = "reading ahead" };
        _thread.Start();
    }

    public T Current { get; private set; } = default!;

    object? IEnumerator.Current => Current;

    public bool MoveNext()
    {
        if (_ready.TryTake(out T? next, Timeout.Infinite))
        {
            Current = next;
            return true;
        }
        _failure?.Throw();
        return false;
    }

    void IEnumerator.Reset() => throw new NotSupportedException();

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _ready.Dispose();
        _stop.Dispose();
    }

    void Fill(IEnumerable<T> source)
    {
        try
        {
            foreach (T item in source) _ready.Add(item, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody waits for the rest.
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);   // seen by the reader: CompleteAdding orders the two
        }
        finally
        {
            _ready.CompleteAdding();
        }
    }
}
