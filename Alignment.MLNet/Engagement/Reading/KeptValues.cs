namespace Alignment.MLNet.Engagement.Reading;

/// <summary>All values of a metric, or, of more than a bound, those of the rows with the smallest keys: a sample in which every row has the
/// same chance, and which depends on the rows and the seed alone, not on the order or the threads in which they came.</summary>
sealed class KeptValues(int most)
{
    double[] _values = [];
    ushort[] _variants = [];
    ulong[] _keys = [];
    int _count;
    public ulong Limit { get; private set; } = ulong.MaxValue;
    public bool Exact => Limit == ulong.MaxValue;
    public int Count => _count;

    public void Clear() => (_count, Limit) = (0, ulong.MaxValue);

    public void LimitTo(ulong limit) => Limit = Math.Min(Limit, limit);

    public void Add(double value, int variant, ulong key)
    {
        if (key > Limit) return;
        if (_count == _values.Length && !Grow(key)) return;
        (_values[_count], _variants[_count], _keys[_count]) = (value, (ushort)variant, key);
        _count++;
    }

    public void Merge(KeptValues other)
    {
        for (int i = 0; i < other._count; i++) Add(other._values[i], other._variants[i], other._keys[i]);
    }

    public double[][] Groups(int variants)
    {
        var sizes = new int[variants];
        for (int i = 0; i < _count; i++) sizes[_variants[i]]++;
        double[][] groups = [.. sizes.Select(n => new double[n])];
        Array.Clear(sizes);
        for (int i = 0; i < _count; i++) groups[_variants[i]][sizes[_variants[i]]++] = _values[i];
        return groups;
    }

    // False where the key has become too large meanwhile.
    bool Grow(ulong key)
    {
        if (_count < most)
        {
            int size = Math.Min(most, Math.Max(64, 2 * _count));
            Array.Resize(ref _values, size);
            Array.Resize(ref _variants, size);
            Array.Resize(ref _keys, size);
            return true;
        }
        while (_count == most)
        {
            Limit >>= 1;
            int kept = 0;
            for (int i = 0; i < _count; i++)
            {
                if (_keys[i] > Limit) continue;
                (_values[kept], _variants[kept], _keys[kept]) = (_values[i], _variants[i], _keys[i]);
                kept++;
            }
            _count = kept;
        }
        return key <= Limit;
    }
}
