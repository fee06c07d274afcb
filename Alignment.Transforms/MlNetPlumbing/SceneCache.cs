namespace Alignment.Transforms.MlNetPlumbing;

/// <summary>The few values that stages over one cursor read of the scene at hand and computed last, such as decoded pictures: what several
/// stages or several rows of a scene need is computed once. Forgotten with the scene.</summary>
sealed class SceneCache
{
    const int Capacity = 3;

    readonly List<(object Key, object Value)> _newestLast = new(Capacity);
    long _group = long.MinValue;

    public T Get<T>(long group, object key, Func<T> compute) where T : class
    {
        if (group != _group) _newestLast.Clear();
        _group = group;
        int at = _newestLast.FindIndex(e => e.Key.Equals(key));
        T value = at < 0 ? compute() : (T)_newestLast[at].Value;
        if (at >= 0) _newestLast.RemoveAt(at);
        else if (_newestLast.Count == Capacity) _newestLast.RemoveAt(0);
        _newestLast.Add((key, value));
        return value;
    }
}
