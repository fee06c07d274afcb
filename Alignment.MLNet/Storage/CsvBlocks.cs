using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Alignment.MLNet.Storage;

// Whole records of a file, from Offset and Line (from 1) on, in a buffer to be given back.
readonly record struct CsvBlock(byte[] Bytes, int Length, long Offset, long Line)
{
    public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Length);
}

/// <summary>Reads a file in blocks of whole records, and hashes it on the way. Memory does not grow with the file. Multiline: quoted cells
/// may hold line ends; otherwise every line is a record.</summary>
sealed class CsvBlocks(string path, string subject, CsvDialect dialect, bool multiline = true)
{
    // Bytes to a block; the result of an analysis does not depend on it beyond rounding, nor on the threads at all.
    public const int BlockBytes = 1 << 20;

    // A record that is longer is no record: most likely the file is something else.
    const int MaxRecordBytes = 16 << 20;

    readonly ConcurrentBag<byte[]> _free = [];

    public string? Sha256 { get; private set; }

    public long Position { get; private set; }

    public static Stream AsUtf8(FileStream file, Encoding? encoding) =>
        encoding is null ? file : Encoding.CreateTranscodingStream(file, encoding, Encoding.UTF8);

    public void Return(CsvBlock block) => _free.Add(block.Bytes);

    // The blocks, after the byte order mark.
    public IEnumerable<CsvBlock> Read(CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using Stream text = AsUtf8(file, dialect.Encoding);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = Rent(BlockBytes);
        int held = 0;
        long offset = dialect.Skip, line = 1;
        bool end = false;
        var mark = new byte[dialect.Skip];
        text.ReadExactly(mark);
        hash.AppendData(mark);
        while (!end || held > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (!end && held < buffer.Length)
            {
                int n = text.Read(buffer, held, buffer.Length - held);
                if (n == 0) end = true;
                if (dialect.Encoding is null) hash.AppendData(buffer, held, n);
                held += n;
            }
            Position = file.Position;
            int cut = Cut(buffer.AsSpan(0, held), end);
            if (cut < 0)
            {
                if (held >= MaxRecordBytes)
                    throw BadDataException.For(subject,
                        $"a row of more than {MaxRecordBytes >> 20} MiB from line {line} on",
                        "short rows",
                        "Look for a quote that is not closed there, or for a file of another kind.");
                Array.Resize(ref buffer, 2 * buffer.Length);
                continue;
            }
            if (held == 0) break;
            byte[] next = Rent(BlockBytes);
            if (held - cut > next.Length) next = new byte[Math.Max(2 * BlockBytes, held - cut)];
            Buffer.BlockCopy(buffer, cut, next, 0, held - cut);
            var block = new CsvBlock(buffer, cut, offset, line);
            line += block.Span.Count(dialect.LineEnd);
            offset += cut;
            (buffer, held) = (next, held - cut);
            yield return block;
        }
        _free.Add(buffer);
        Sha256 = dialect.Encoding is null ? Convert.ToHexStringLower(hash.GetHashAndReset()) : FileHash.OfFile(path);
    }

    byte[] Rent(int size) => _free.TryTake(out byte[]? buffer) && buffer.Length >= size ? buffer : new byte[size];

    // The end of the last whole record; −1 where there is none yet.
    int Cut(ReadOnlySpan<byte> bytes, bool last)
    {
        if (last) return bytes.Length;
        if (!multiline || !bytes.Contains((byte)'"')) return bytes.LastIndexOf(dialect.LineEnd) is >= 0 and var at ? at + 1 : -1;
        int cut = -1;
        for (int from = 0; from < bytes.Length;)
        {
            int end = CsvScan.RecordEnd(bytes, from, dialect.Delimiter, dialect.LineEnd, last: false);
            if (end < 0) break;
            cut = from = end;
        }
        return cut;
    }
}
