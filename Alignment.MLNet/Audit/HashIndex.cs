using System.Numerics;

namespace Alignment.MLNet.Audit;

/// <summary>Finds hashes within a few bits of each other without comparing all pairs: multi-index hashing (Norouzi, Punjani and Fleet,
/// "Fast search in Hamming space with multi-index hashing", CVPR 2012). The 64 bits are cut into four bands of 16; two hashes that differ
/// in 7 bits or fewer differ in at most one bit within at least one band, so that looking up each band and its 16 neighbours misses
/// none.</summary>
sealed class HashIndex
{
    public const int Bands = 4, BandBits = 16;

    // Largest distance at which nothing is missed: 4 bands with one bit each, and 3 more.
    public const int MostBits = 2 * Bands - 1;

    const int Empty = -1;

    // For each band and each of its values a chain of entries, oldest first.
    readonly int[] _first = Filled(Bands << BandBits), _last = Filled(Bands << BandBits);
    readonly List<int> _next = [];   // [entry, band]
    readonly List<(int Id, ulong Hash)> _entries = [];

    public void Add(int id, ulong hash)
    {
        int entry = _entries.Count;
        _entries.Add((id, hash));
        for (int band = 0; band < Bands; band++)
        {
            int slot = Slot(band, hash);
            if (_last[slot] == Empty) _first[slot] = entry;
            else _next[_last[slot] * Bands + band] = entry;
            _last[slot] = entry;
            _next.Add(Empty);
        }
    }

    /// <summary>The lowest id whose hash is within <paramref name="bits"/> (at most <see cref="MostBits"/>) and that
    /// <paramref name="accept"/> takes; −1 where there is none.</summary>
    public int Lowest(ulong hash, int bits, Func<int, bool> accept)
    {
        int best = int.MaxValue;
        for (int band = 0; band < Bands; band++)
        {
            Scan(band, Slot(band, hash), hash, bits, accept, ref best);
            for (int flip = 0; flip < BandBits; flip++) Scan(band, Slot(band, hash ^ 1UL << (band * BandBits + flip)), hash, bits, accept,
                ref best);
        }
        return best == int.MaxValue ? -1 : _entries[best].Id;
    }

    /// <summary>The lowest id with this very hash that <paramref name="accept"/> takes; −1 where there is none.</summary>
    public int Equal(ulong hash, Func<int, bool> accept)
    {
        int best = int.MaxValue;
        Scan(0, Slot(0, hash), hash, 0, accept, ref best);
        return best == int.MaxValue ? -1 : _entries[best].Id;
    }

    // Chains are in order: the first that fits is the chain's best, and nothing after the best so far matters. So a thousand
    // pictures that are all alike cost one look each.
    void Scan(int band, int slot, ulong hash, int bits, Func<int, bool> accept, ref int best)
    {
        for (int entry = _first[slot]; entry != Empty && entry < best; entry = _next[entry * Bands + band])
        {
            if (BitOperations.PopCount(_entries[entry].Hash ^ hash) > bits || !accept(_entries[entry].Id)) continue;
            best = entry;
            return;
        }
    }

    static int Slot(int band, ulong hash) => band << BandBits | (int)(hash >> (band * BandBits) & (1 << BandBits) - 1);

    static int[] Filled(int count)
    {
        int[] filled = new int[count];
        Array.Fill(filled, Empty);
        return filled;
    }
}
