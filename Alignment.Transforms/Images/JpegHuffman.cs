using System.Buffers.Binary;

namespace Alignment.Transforms.Images;

// A JPEG Huffman table: codes of at most 16 bits, none of ones only (ITU-T T.81, annexes C and K.2).
sealed class JpegHuffman
{
    public const int Symbols = 256;

    const int Longest = 16;

    readonly byte[] _lengths;   // how many codes have each length, 1 … 16
    readonly byte[] _values;    // symbols, shortest code first
    readonly ushort[] _code = new ushort[Symbols];
    readonly byte[] _size = new byte[Symbols];

    JpegHuffman(byte[] lengths, byte[] values)
    {
        (_lengths, _values) = (lengths, values);
        int code = 0, at = 0;
        for (int length = 1; length <= Longest; length++, code <<= 1)
            for (int i = 0; i < lengths[length]; i++, at++) (_code[values[at]], _size[values[at]]) = ((ushort)code++, (byte)length);
    }

    public int Code(int symbol) => _code[symbol];

    // In bits; 0 for a symbol that was not counted.
    public int Size(int symbol) => _size[symbol];

    // With the values behind the symbols, whose bits are a symbol's low four.
    public long Bits(ReadOnlySpan<long> counts)
    {
        long bits = 0;
        for (int symbol = 0; symbol < Symbols; symbol++) bits += counts[symbol] * (_size[symbol] + (symbol & 15));
        return bits;
    }

    // The fewest bits for symbols of these frequencies (T.81 K.2; of equally rare ones the last goes first).
    public static JpegHuffman Optimal(ReadOnlySpan<long> often)
    {
        Span<long> counts = stackalloc long[Symbols + 1];   // one more that never comes, so that no code is all ones
        often.CopyTo(counts);
        Span<int> size = stackalloc int[Symbols + 1], next = stackalloc int[Symbols + 1];
        size.Clear();
        next.Fill(-1);
        counts[Symbols] = 1;
        while (true)
        {
            int one = Rarest(counts, -1), other = Rarest(counts, one);
            if (other < 0) break;
            counts[one] += counts[other];
            counts[other] = 0;
            int tail = Deepen(one, size, next);
            next[tail] = other;
            Deepen(other, size, next);
        }
        // Codes may come out longer than allowed: a pair of them is moved up beside a shorter one, which goes one down (figure K.3).
        Span<int> bits = stackalloc int[Symbols + 2];
        bits.Clear();
        foreach (int s in size)
            if (s > 0) bits[s]++;
        for (int i = Symbols + 1; i > Longest; i--)
        {
            while (bits[i] > 0)
            {
                int j = i - 2;
                while (bits[j] == 0) j--;
                bits[i] -= 2;
                bits[i - 1]++;
                bits[j + 1] += 2;
                bits[j]--;
            }
        }
        int last = Longest;
        while (bits[last] == 0) last--;
        bits[last]--;   // the symbol that never comes

        byte[] lengths = new byte[Longest + 1];
        for (int i = 1; i <= Longest; i++) lengths[i] = (byte)bits[i];
        var values = new List<byte>();
        for (int length = 1; length <= Symbols; length++)
            for (int symbol = 0; symbol < Symbols; symbol++)
                if (size[symbol] == length) values.Add((byte)symbol);
        return new(lengths, [.. values]);
    }

    static int Rarest(ReadOnlySpan<long> counts, int not)
    {
        int found = -1;
        for (int i = 0; i < counts.Length; i++)
            if (counts[i] > 0 && i != not && (found < 0 || counts[i] <= counts[found])) found = i;
        return found;
    }

    // A tree goes one level down; returns its last member.
    static int Deepen(int at, Span<int> size, ReadOnlySpan<int> next)
    {
        size[at]++;
        while (next[at] >= 0) size[at = next[at]]++;
        return at;
    }

    public int Write(Span<byte> to, byte place)
    {
        int length = 2 + 1 + Longest + _values.Length;
        (to[0], to[1]) = (0xFF, 0xC4);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)length);
        to[4] = place;
        _lengths.AsSpan(1).CopyTo(to[5..]);
        _values.CopyTo(to[(5 + Longest)..]);
        return length + 2;
    }
}

// Bits, the highest first; a byte of ones is followed by a zero (T.81 F.1.2.3).
ref struct JpegBits(Span<byte> to, int at)
{
    readonly Span<byte> _to = to;
    int _at = at;
    ulong _bits;
    int _count;

    // A symbol's code, then the low bits of a value; a negative one less 1.
    public void Put(JpegHuffman table, int symbol, int value, int bits)
    {
        uint low = (uint)(value + (value >> 31)) & ((1u << bits) - 1);
        _bits = _bits << (table.Size(symbol) + bits) | (uint)table.Code(symbol) << bits | low;
        _count += table.Size(symbol) + bits;
        while (_count >= 8)
        {
            _count -= 8;
            byte next = (byte)(_bits >> _count);
            _to[_at++] = next;
            if (next == 0xFF) _to[_at++] = 0;
        }
    }

    // Fills the last byte with ones; returns where the data ends.
    public int End()
    {
        if (_count == 0) return _at;
        byte next = (byte)(_bits << (8 - _count) | ((1u << (8 - _count)) - 1));
        _to[_at++] = next;
        if (next == 0xFF) _to[_at++] = 0;
        return _at;
    }
}
