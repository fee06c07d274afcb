using System.Buffers.Binary;
using System.Text;

namespace Alignment.Tests.Onnx.Weights;

/// <summary>
/// Zip archives byte by byte as torch.save's own writer makes them: entries stored at multiples of 64 bytes behind an "FB" extra
/// field, sizes in the directory and in a descriptor behind the data (not in the local header), 64-bit end records.
/// </summary>
sealed class TorchZipBytes
{
    readonly List<byte> _to = [];
    readonly List<(string Name, int Local, int Size)> _entries = [];

    /// <summary>Written into every entry; what a stored one has by default.</summary>
    public ushort Method { get; init; }

    public ushort Flags { get; init; } = 0x0808;   // a descriptor follows; the name is UTF-8

    /// <summary>Sizes and places in 64-bit fields, as in archives beyond 4 GB.</summary>
    public bool Wide { get; init; }

    /// <summary>Where the directory and the last end record begin, once <see cref="Bytes"/> was called.</summary>
    public int Directory { get; private set; }
    public int End { get; private set; }

    public static byte[] Of(params (string Name, byte[] Data)[] entries)
    {
        var zip = new TorchZipBytes();
        foreach (var (name, data) in entries) zip.Add(name, data);
        return zip.Bytes();
    }

    public void Add(string name, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        _entries.Add((name, _to.Count, data.Length));
        int begin = _to.Count + 30 + text.Length + 4, padding = -begin & 63;
        U32(0x04034b50);
        U16(20, Flags, Method, 0, 0);
        U32(0, 0, 0);
        U16((ushort)text.Length, (ushort)(4 + padding));
        _to.AddRange(text);
        _to.AddRange("FB"u8);
        U16((ushort)padding);
        _to.AddRange(Enumerable.Repeat((byte)'Z', padding));
        _to.AddRange(data);
        U32(0x08074b50, 0, (uint)data.Length, (uint)data.Length);
    }

    public byte[] Bytes()
    {
        Directory = _to.Count;
        foreach (var (name, local, size) in _entries)
        {
            byte[] text = Encoding.UTF8.GetBytes(name);
            U32(0x02014b50);
            U16(0, 0, Flags, Method, 0, 0);
            U32(0, Wide ? uint.MaxValue : (uint)size, Wide ? uint.MaxValue : (uint)size);
            U16((ushort)text.Length, (ushort)(Wide ? 28 : 0), 0, 0, 0);
            U32(0, Wide ? uint.MaxValue : (uint)local);
            _to.AddRange(text);
            if (!Wide) continue;
            U16(1, 24);
            U64((ulong)size, (ulong)size, (ulong)local);
        }
        uint bytes = (uint)(_to.Count - Directory);
        long end64 = _to.Count;
        U32(0x06064b50);
        U64(44);
        U16(0, 0);
        U32(0, 0);
        U64((ulong)_entries.Count, (ulong)_entries.Count, bytes, (ulong)Directory);
        U32(0x07064b50, 0);
        U64((ulong)end64);
        U32(1);
        End = _to.Count;
        U32(0x06054b50);
        U16(0, 0, (ushort)_entries.Count, (ushort)_entries.Count);
        U32(bytes, (uint)Directory);
        U16(0);
        return [.. _to];
    }

    void U16(params ReadOnlySpan<ushort> numbers)
    {
        Span<byte> bytes = stackalloc byte[2];
        foreach (ushort n in numbers)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, n);
            _to.AddRange(bytes);
        }
    }

    void U32(params ReadOnlySpan<uint> numbers)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint n in numbers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, n);
            _to.AddRange(bytes);
        }
    }

    void U64(params ReadOnlySpan<ulong> numbers)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (ulong n in numbers)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, n);
            _to.AddRange(bytes);
        }
    }
}
