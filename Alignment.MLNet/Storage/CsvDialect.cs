namespace Alignment.MLNet.Storage;

/// <summary>How a CSV is written, found out from its beginning: UTF-16 by its byte order mark, or UTF-8 after Skip bytes of one; LF, or CR
/// for old files; the delimiter that the header has most of, or that Excel's "sep=" names; the records before the first row; the header
/// without its line end.</summary>
sealed record CsvDialect(Encoding? Encoding, int Skip, byte LineEnd, byte Delimiter, int HeaderRecords, byte[] Header)
{
    // Bytes that are read to find out.
    public const int HeadBytes = 1 << 20;

    public static CsvDialect OfFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var head = new byte[HeadBytes];
        Encoding? encoding = EncodingOf(head.AsSpan(0, file.ReadAtLeast(head.AsSpan(0, 3), 2, throwOnEndOfStream: false)));
        file.Position = 0;
        using Stream text = CsvBlocks.AsUtf8(file, encoding);
        return Of(head.AsSpan(0, text.ReadAtLeast(head, head.Length, throwOnEndOfStream: false))) with { Encoding = encoding };
    }

    public static CsvDialect Of(ReadOnlySpan<byte> head)
    {
        int skip = head.StartsWith("\uFEFF"u8) ? 3 : 0, records = 1;
        head = head[skip..];
        byte lineEnd = !head.Contains((byte)'\n') && head.Contains((byte)'\r') ? (byte)'\r' : (byte)'\n', delimiter = 0;
        ReadOnlySpan<byte> record = Record(ref head, (byte)',', lineEnd);
        if (record.StartsWith("sep="u8) && record.Length == 5)
        {
            delimiter = record[4];
            records++;
            record = Record(ref head, delimiter, lineEnd);
        }
        while (record.Trim(" \t\r\n"u8).IsEmpty && !head.IsEmpty)
        {
            records++;
            record = Record(ref head, delimiter == 0 ? (byte)',' : delimiter, lineEnd);
        }
        return new(null, skip, lineEnd, delimiter == 0 ? MostFrequent(record) : delimiter, records, record.ToArray());
    }

    // UTF-16 by its byte order mark, else null.
    public static Encoding? EncodingOf(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode
        : head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode : null;

    static ReadOnlySpan<byte> Record(ref ReadOnlySpan<byte> bytes, byte delimiter, byte lineEnd)
    {
        if (bytes.IsEmpty) return bytes;
        int end = CsvScan.RecordEnd(bytes, 0, delimiter, lineEnd, last: true);
        ReadOnlySpan<byte> record = bytes[..end].TrimEnd("\r\n"u8);
        bytes = bytes[end..];
        return record;
    }

    static byte MostFrequent(ReadOnlySpan<byte> header)
    {
        byte best = (byte)',';
        int most = 0;
        foreach (byte candidate in ",;\t|"u8)
        {
            int count = Math.Max(0, CsvScan.Cells(header, candidate, [], header.Contains((byte)'"')) - 1);
            if (count > most) (best, most) = (candidate, count);
        }
        return best;
    }
}
