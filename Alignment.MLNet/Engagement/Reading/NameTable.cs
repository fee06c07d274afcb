namespace Alignment.MLNet.Engagement.Reading;

// Names as bytes (UTF-8) → 0, 1, 2, … in the order of their first occurrence. No string is made of a name.
sealed class NameTable
{
    int[] _slots = new int[64];   // index + 1; 0 is free
    ulong[] _hashes = new ulong[32];
    int[] _starts = new int[33];
    byte[] _bytes = new byte[1024];
    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int at] => _bytes.AsSpan(_starts[at], _starts[at + 1] - _starts[at]);

    public int Add(ReadOnlySpan<byte> name)
    {
        ulong hash = ByteHash.Of(name);
        int mask = _slots.Length - 1, slot = (int)(hash & (ulong)mask);
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            int known = _slots[slot] - 1;
            if (_hashes[known] == hash && this[known].SequenceEqual(name)) return known;
        }
        int at = Count++;
        if (at == _hashes.Length)
        {
            Array.Resize(ref _hashes, 2 * at);
            Array.Resize(ref _starts, 2 * at + 1);
        }
        int start = _starts[at], end = start + name.Length;
        if (end > _bytes.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, end));
        name.CopyTo(_bytes.AsSpan(start));
        (_hashes[at], _starts[at + 1], _slots[slot]) = (hash, end, at + 1);
        if (2 * Count > _slots.Length) Grow();
        return at;
    }

    public void Clear()
    {
        Array.Clear(_slots);
        Count = 0;
    }

    void Grow()
    {
        int mask = 2 * _slots.Length - 1;
        _slots = new int[2 * _slots.Length];
        for (int i = 0; i < Count; i++)
        {
            int slot = (int)(_hashes[i] & (ulong)mask);
            while (_slots[slot] != 0) slot = (slot + 1) & mask;
            _slots[slot] = i + 1;
        }
    }
}

// A 64-bit hash of bytes, the same in every process and on every machine. Not for secrets.
static class ByteHash
{
    const ulong A = 0x9E37_79B9_7F4A_7C15, B = 0xD1B5_4A32_D192_ED03;

    /// <summary>Multiply-and-fold over words of eight bytes, then <see cref="Mix"/>.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong h = A ^ (ulong)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..]) h = Fold(h ^ MemoryMarshal.Read<ulong>(bytes));
        ulong last = 0;
        for (int i = 0; i < bytes.Length; i++) last |= (ulong)bytes[i] << (8 * i);
        return Mix(Fold(h ^ last));
    }

    /// <summary>Spreads every bit over all (the finalizer of SplitMix64, Steele, Lea &amp; Flood, OOPSLA 2014).</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
        return x ^ (x >> 31);
    }

    static ulong Fold(ulong x)
    {
        ulong high = Math.BigMul(x, B, out ulong low);
        return high ^ low;
    }
}
