namespace Alignment.MLNet.Engagement.Reading;

/// <summary>Counts rows that are the same as an earlier one, by 64-bit hashes. Of more different rows than a bound only those whose hash
/// begins with enough zeros are kept in mind (equal rows have equal hashes, so a duplicate is kept or left out with its original), and the
/// number is estimated from them.</summary>
sealed class RowHashes(int most)
{
    readonly Dictionary<ulong, long> _again = [];   // only hashes seen twice or more
    ulong[] _slots = new ulong[256], _spare = [];    // 0 is free
    int _count;
    ulong _limit = ulong.MaxValue;
    public bool Exact => _limit == ulong.MaxValue;

    /// <summary>Rows that are the same as an earlier one; estimated unless <see cref="Exact"/>.</summary>
    public double Duplicates => _again.Values.Sum() * (ulong.MaxValue / (double)_limit);

    public void Add(ulong hash)
    {
        if (hash > _limit) return;
        if (hash == 0) hash = 1;
        if (!Put(_slots, hash))
        {
            _again[hash] = _again.GetValueOrDefault(hash) + 1;
            return;
        }
        _count++;
        while (_count > most)
        {
            _limit >>= 1;
            Rebuild(_slots.Length);
            foreach (ulong gone in _again.Keys.Where(h => h > _limit).ToList()) _again.Remove(gone);
        }
        if (2 * _count > _slots.Length) Rebuild(2 * _slots.Length);
    }

    void Rebuild(int size)
    {
        ulong[] old = _slots;
        // Two arrays take turns: large ones that come and go would stay in memory for long.
        if (_spare.Length == size) Array.Clear(_spare);
        else _spare = new ulong[size];
        (_slots, _spare, _count) = (_spare, old, 0);
        foreach (ulong hash in old)
            if (hash != 0 && hash <= _limit && Put(_slots, hash)) _count++;
    }

    static bool Put(ulong[] slots, ulong hash)
    {
        int mask = slots.Length - 1, slot = (int)((hash * 0x9E37_79B9_7F4A_7C15) >> 20) & mask;
        for (; slots[slot] != 0; slot = (slot + 1) & mask)
            if (slots[slot] == hash) return false;
        slots[slot] = hash;
        return true;
    }
}
