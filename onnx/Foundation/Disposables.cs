namespace Alignment;

sealed class Disposables : IDisposable
{
    readonly List<IDisposable> _things = [];

    public T Add<T>(T thing) where T : IDisposable
    {
        _things.Add(thing);
        return thing;
    }

    /// <summary>Disposes the resource when <paramref name="use"/> throws.</summary>
    public static TResult Guard<T, TResult>(T resource, Func<T, TResult> use) where T : IDisposable
    {
        try
        {
            return use(resource);
        }
        catch
        {
            resource.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        for (int i = _things.Count - 1; i >= 0; i--) _things[i].Dispose();
        _things.Clear();
    }
}
