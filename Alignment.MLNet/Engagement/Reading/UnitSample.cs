namespace Alignment.MLNet.Engagement.Reading;

/// <summary>Different units of assignment (participants), each with the variants it was seen in. Of more than a bound only the units whose
/// id has a small enough hash are kept (adaptive sampling: Flajolet, <i>Computing</i> 43, 1990). Ids alone decide that, never variants: the
/// units kept are a random sample of all, and a test of their counts by variant is right, only less sensitive than one of all
/// units.</summary>
sealed class UnitSample(int most)
{
    ulong[] _hashes = new ulong[64], _variants = new ulong[64];   // hash 0 is a free slot
    ulong _limit = ulong.MaxValue;
    public bool Exact => _limit == ulong.MaxValue;
    public int Count { get; private set; }

    /// <summary>Units there are: <see cref="Count"/>, or estimated from it.</summary>
    public double Estimate => Count * (ulong.MaxValue / (double)_limit);

    public long Nameless { get; private set; }
    public ulong Limit => _limit;

    public void LimitTo(ulong limit) => _limit = Math.Min(_limit, limit);

    public void Add(ReadOnlySpan<byte> id, int variant)
    {
        if (id.IsEmpty) Nameless++;
        else Add(Math.Max(1, ByteHash.Of(id)), 1UL << variant);
    }

    public void Merge(UnitSample other)
    {
        bool lower = other._limit < _limit;
        LimitTo(other._limit);
        Nameless += other.Nameless;
        for (int i = 0; i < other._hashes.Length; i++)
            if (other._hashes[i] != 0) Add(other._hashes[i], other._variants[i]);
        if (lower) Shrink(_limit);
    }

    public void Clear()
    {
        Array.Clear(_hashes);
        (Count, Nameless, _limit) = (0, 0, ulong.MaxValue);
    }

    public UnitCounts Counts(int variants)
    {
        var counts = new UnitCounter(variants);
        for (int i = 0; i < _hashes.Length; i++)
            if (_hashes[i] != 0) counts.Add(_variants[i]);
        return counts.Made(Exact);
    }

    void Add(ulong hash, ulong variants)
    {
        if (hash > _limit) return;
        int slot = Slot(_hashes, hash);
        if (_hashes[slot] == 0)
        {
            (_hashes[slot], _variants[slot]) = (hash, variants);
            Count++;
            if (Count > most) Shrink(_limit >> 1);
            else if (2 * Count > _hashes.Length) Rebuild(2 * _hashes.Length);
        }
        else _variants[slot] |= variants;
    }

    // Half the limit leaves half the units, unless hashes are very uneven.
    void Shrink(ulong limit)
    {
        for (_limit = limit; ; _limit >>= 1)
        {
            int kept = 0;
            foreach (ulong hash in _hashes)
                if (hash != 0 && hash <= _limit) kept++;
            if (kept <= most)
            {
                if (kept < Count) Rebuild(_hashes.Length);
                return;
            }
        }
    }

    void Rebuild(int size)
    {
        ulong[] hashes = _hashes, variants = _variants;
        (_hashes, _variants, Count) = (new ulong[size], new ulong[size], 0);
        for (int i = 0; i < hashes.Length; i++)
        {
            if (hashes[i] == 0 || hashes[i] > _limit) continue;
            int slot = Slot(_hashes, hashes[i]);
            (_hashes[slot], _variants[slot]) = (hashes[i], variants[i]);
            Count++;
        }
    }

    // Where a hash is, or would be. The kept hashes' upper bits are alike, so that all bits are mixed.
    static int Slot(ulong[] hashes, ulong hash)
    {
        int mask = hashes.Length - 1, slot = (int)((hash * 0x9E37_79B9_7F4A_7C15) >> 20) & mask;
        while (hashes[slot] != 0 && hashes[slot] != hash) slot = (slot + 1) & mask;
        return slot;
    }
}

// Different units by the variants they were seen in.
sealed record UnitCounts(long[] Alone, long Several, bool Exact)
{
    public long Units { get; } = Alone.Sum() + Several;
    public double SeveralShare => Units == 0 ? 0 : Several / (double)Units;
}

// Counts units one by one.
sealed class UnitCounter(int variants)
{
    readonly long[] _alone = new long[variants];
    long _several;

    public void Add(ulong seen)
    {
        if (seen == 0) return;
        if ((seen & (seen - 1)) == 0) _alone[System.Numerics.BitOperations.TrailingZeroCount(seen)]++;
        else _several++;
    }

    public UnitCounts Made(bool exact) => new(_alone, _several, exact);
}
