namespace Alignment;

/// <summary>Things that live as long as their owner, disposed with it, the last first.</summary>
sealed class Disposables : IDisposable
{
    readonly List<IDisposable> _things = [];

    public T Add<T>(T thing) where T : IDisposable
    {
        _things.Add(thing);
        return thing;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _things.Count - 1; i >= 0; i--) _things[i].Dispose();
        _things.Clear();
    }
}
