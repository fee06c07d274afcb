using System.Buffers.Binary;

namespace Alignment.Onnx.Weights;

/// <summary>
/// A zip's directory as torch.save writes it (PKWARE APPNOTE 6.3, with its 64-bit form): entries are stored, so that bytes can be read in
/// place; any size or place that does not agree with the file is refused. Names are only compared, never used as paths.
/// </summary>
sealed class TorchZip
{
    const uint LocalSignature = 0x04034b50, EntrySignature = 0x02014b50, EndSignature = 0x06054b50;
    const uint End64Signature = 0x06064b50, Locator64Signature = 0x07064b50;
    const int LocalBytes = 30, EntryBytes = 46, EndBytes = 22, End64Bytes = 56, Locator64Bytes = 20;
    const ushort Extra64 = 1, EncryptedFlag = 1;

    // One entry a tensor and a few more.
    const int MostEntries = 1 << 20;

    readonly MappedFile _file;
    readonly string _subject;
    readonly Dictionary<string, FilePart> _entries = [];

    TorchZip(MappedFile file, string subject) => (_file, _subject) = (file, subject);

    public IReadOnlyDictionary<string, FilePart> Entries => _entries;

    public static bool IsZip(MappedFile file) => file.Length >= 4
        && BinaryPrimitives.ReadUInt32LittleEndian(file.Bytes(0, 4)) == LocalSignature;

    public static TorchZip Read(MappedFile file, string subject)
    {
        var zip = new TorchZip(file, subject);
        (FilePart directory, long count) = zip.FindDirectory();
        zip.ReadDirectory(directory, count);
        return zip;
    }

    (FilePart Directory, long Count) FindDirectory()
    {
        // Only its own comment may follow the end record.
        int tail = (int)Math.Min(_file.Length, EndBytes + ushort.MaxValue);
        ReadOnlySpan<byte> bytes = _file.Bytes(_file.Length - tail, tail);
        int at = tail - EndBytes;
        while (at >= 0 && !(U32(bytes, at) == EndSignature && at + EndBytes + U16(bytes, at + 20) == tail)) at--;
        if (at < 0) throw Bad("no end of the archive", "a complete zip archive (is it truncated?)");
        ReadOnlySpan<byte> end = bytes.Slice(at, EndBytes);
        long endAt = _file.Length - tail + at;
        if (U16(end, 4) != 0 || U16(end, 6) != 0 || U16(end, 8) != U16(end, 10))
            throw Bad("a part of an archive in several files", "one file");
        long count = U16(end, 10), size = U32(end, 12), begin = U32(end, 16), limit = endAt;

        if (endAt >= Locator64Bytes && _file.Bytes(endAt - Locator64Bytes, Locator64Bytes) is var locator
            && U32(locator, 0) == Locator64Signature)
        {
            ulong at64 = U64(locator, 8);
            if (at64 > (ulong)(endAt - Locator64Bytes) || (ulong)(endAt - Locator64Bytes) - at64 < End64Bytes)
                throw Bad($"an end record at {at64}", "one before the end of the file");
            limit = (long)at64;
            ReadOnlySpan<byte> end64 = _file.Bytes(limit, End64Bytes);
            if (U32(end64, 0) != End64Signature) throw Bad("another thing where the 64-bit end record should be", "that record");
            count = Same(U64(end64, 32), count, ushort.MaxValue);
            size = Same(U64(end64, 40), size, uint.MaxValue);
            begin = Same(U64(end64, 48), begin, uint.MaxValue);
        }
        if (count > MostEntries) throw Bad($"{count} entries", $"at most {MostEntries}");
        if (begin > limit || size > limit - begin || count * EntryBytes > size)
            throw Bad($"a directory of {size} bytes at {begin}", "one inside the file");
        return (new(begin, size), count);
    }

    // The 64-bit number, equal to the short one unless that is at its maximum.
    long Same(ulong wide, long narrow, long full) =>
        wide <= long.MaxValue && (narrow == full || (ulong)narrow == wide) ? (long)wide
        : throw Bad($"the numbers {narrow} and {wide} in its two end records", "one number");

    void ReadDirectory(FilePart directory, long count)
    {
        long at = directory.Begin;
        for (long i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = Within(at, EntryBytes, directory.End);
            if (U32(entry, 0) != EntrySignature) throw Bad($"no entry where number {i} should be",
                "the directory's entries one after another");
            int nameBytes = U16(entry, 28), extraBytes = U16(entry, 30), commentBytes = U16(entry, 32);
            ReadOnlySpan<byte> variable = Within(at + EntryBytes, nameBytes + extraBytes + commentBytes, directory.End);
            ReadOnlySpan<byte> nameText = variable[..nameBytes];
            string name = Encoding.UTF8.GetString(nameText), shown = SafePath.Shorten(name);
            if ((U16(entry, 8) & EncryptedFlag) != 0) throw Bad($"the encrypted entry '{shown}'", "plain ones");
            if (U16(entry, 10) != 0) throw Bad($"the compressed entry '{shown}'", "entries stored as they are, as torch.save writes them");
            var (packed, size, local) = Sizes(entry, variable.Slice(nameBytes, extraBytes), shown);
            if (packed != size) throw Bad($"the entry '{shown}' of {size} bytes stored in {packed}", "as many of both");
            if (!_entries.TryAdd(name, Data(local, size, nameText, shown, directory.Begin)))
                throw Bad($"two entries '{shown}'", "different names");
            at += EntryBytes + nameBytes + extraBytes + commentBytes;
        }
        if (at != directory.End) throw Bad("more in its directory than its entries", "nothing behind the last");
        CheckOverlap();
    }

    // Numbers too big for 32 bits are in the extra field, in the order size, packed, local.
    (ulong Packed, ulong Size, ulong Local) Sizes(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> extra, string shown)
    {
        ulong packed = U32(entry, 20), size = U32(entry, 24), local = U32(entry, 42);
        for (; extra.Length >= 4 && U16(extra, 2) <= extra.Length - 4; extra = extra[(4 + U16(extra, 2))..])
        {
            if (U16(extra, 0) != Extra64) continue;
            ReadOnlySpan<byte> wide = extra.Slice(4, U16(extra, 2));
            size = Wide(size, ref wide);
            packed = Wide(packed, ref wide);
            local = Wide(local, ref wide);
            break;
        }
        return (packed, size, local);

        ulong Wide(ulong number, ref ReadOnlySpan<byte> wide)
        {
            if (number != uint.MaxValue) return number;
            if (wide.Length < 8) throw Bad($"the entry '{shown}' without its 64-bit size or place", "one");
            number = U64(wide, 0);
            wide = wide[8..];
            return number;
        }
    }

    // The bytes follow the local header.
    FilePart Data(ulong local, ulong size, ReadOnlySpan<byte> name, string shown, long limit)
    {
        if (local > (ulong)limit || (ulong)limit - local < LocalBytes)
            throw Bad($"the entry '{shown}' at {local}", "a place before the directory");
        long at = (long)local;
        ReadOnlySpan<byte> header = _file.Bytes(at, LocalBytes);
        int nameBytes = U16(header, 26), extraBytes = U16(header, 28);
        if (U32(header, 0) != LocalSignature || U16(header, 8) != 0 || !Within(at + LocalBytes, nameBytes, limit).SequenceEqual(name))
            throw Bad($"another entry at {local} than the directory's '{shown}'", "the same");
        long begin = at + LocalBytes + nameBytes + extraBytes;
        if (begin > limit || size > (ulong)(limit - begin))
            throw Bad($"the entry '{shown}' of {size} bytes", "one inside the file (is it truncated?)");
        return new(begin, (long)size);
    }

    // No byte belongs to two entries, so an archive cannot expand beyond its own size.
    void CheckOverlap()
    {
        long end = 0;
        foreach ((string name, FilePart part) in _entries.OrderBy(e => e.Value.Begin).ThenBy(e => e.Value.End))
        {
            if (part.Begin < end) throw Bad($"the entry '{SafePath.Shorten(name)}' inside another", "entries one after another");
            end = part.End;
        }
    }

    ReadOnlySpan<byte> Within(long at, int count, long limit) => at <= limit - count ? _file.Bytes(at, count)
        : throw Bad("an entry cut off", "a complete archive");

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
    static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    BadDataException Bad(string found, string expected) =>
        BadDataException.For(_subject, found, expected, "Download or save the file again.");
}
