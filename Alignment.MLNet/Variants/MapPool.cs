using System.Collections.Concurrent;

namespace Alignment.MLNet.Variants;

/// <summary>
/// Maps of one size that go round: a scene needs five or six of a megabyte each, and memory that is new for each of them costs as much
/// as all that is computed in it. Used by several threads at once; holds as many as were in use at one time.
/// </summary>
/// <param name="length">Pixels of a map.</param>
sealed class MapPool(int length)
{
    readonly ConcurrentBag<float[]> _free = [];

    public int Length => length;

    /// <summary>A map; what it holds is whatever was in it.</summary>
    public float[] Rent() => _free.TryTake(out float[]? map) ? map : GC.AllocateUninitializedArray<float>(length);

    public void Return(float[] map) => _free.Add(map);
}
