using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Alignment.MLNet.Engagement.Reading;

/// <summary>A part of a file that begins and ends with a record.</summary>
/// <param name="Bytes">The buffer, to be given back.</param>
/// <param name="Length">Bytes of it that belong to the block.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Line">Line on which it begins, from 1.</param>
readonly record struct RowBlock(byte[] Bytes, int Length, long Offset, long Line)
{
    public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Length);
}

/// <summary>Reads a file in blocks of whole records, and hashes it on the way. Memory does not grow with the file.</summary>
sealed class RowBlocks(string path, string subject, byte delimiter, byte lineEnd)
{
    /// <summary>Bytes to a block; the result of an analysis does not depend on it beyond rounding, nor on the threads at all.</summary>
    public const int BlockBytes = 1 << 20;

    /// <summary>A record that is longer is no record: most likely the file is something else.</summary>
    const int MaxRecordBytes = 16 << 20;

    readonly ConcurrentBag<byte[]> _free = [];

    /// <summary>SHA-256 of the file, once all blocks were read.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>Takes a buffer back.</summary>
    public void Return(RowBlock block) => _free.Add(block.Bytes);

    /// <summary>The blocks, after <paramref name="skip"/> bytes (a byte order mark).</summary>
    public IEnumerable<RowBlock> Read(int skip, CancellationToken stop)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = Rent(BlockBytes);
        int held = 0;
        long offset = skip, line = 1;
        bool end = false;
        var head = new byte[skip];
        file.ReadExactly(head);
        hash.AppendData(head);
        while (!end || held > 0)
        {
            stop.ThrowIfCancellationRequested();
            while (!end && held < buffer.Length)
            {
                int n = file.Read(buffer, held, buffer.Length - held);
                if (n == 0) end = true;
                hash.AppendData(buffer, held, n);
                held += n;
            }
            int cut = Cut(buffer.AsSpan(0, held), end);
            if (cut < 0)
            {
                if (held >= MaxRecordBytes)
                    throw BadDataException.For(subject, string.Create(CultureInfo.InvariantCulture, $"a row of more than {MaxRecordBytes >> 20} MiB from line {line} on"), "short rows", "Look for a quote that is not closed there, or for a file of another kind.");
                Array.Resize(ref buffer, 2 * buffer.Length);
                continue;
            }
            if (held == 0) break;
            byte[] next = Rent(BlockBytes);
            if (held - cut > next.Length) next = new byte[Math.Max(2 * BlockBytes, held - cut)];
            Buffer.BlockCopy(buffer, cut, next, 0, held - cut);
            var block = new RowBlock(buffer, cut, offset, line);
            line += block.Span.Count(lineEnd);
            offset += cut;
            (buffer, held) = (next, held - cut);
            yield return block;
        }
        _free.Add(buffer);
        Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    byte[] Rent(int size) => _free.TryTake(out byte[]? buffer) && buffer.Length >= size ? buffer : new byte[size];

    // The end of the last whole record; −1 where there is none yet.
    int Cut(ReadOnlySpan<byte> bytes, bool last)
    {
        if (last) return bytes.Length;
        if (!bytes.Contains((byte)'"')) return bytes.LastIndexOf(lineEnd) is >= 0 and var at ? at + 1 : -1;
        int cut = -1;
        for (int from = 0; from < bytes.Length;)
        {
            int end = CsvScan.RecordEnd(bytes, from, delimiter, lineEnd, last: false);
            if (end < 0) break;
            cut = from = end;
        }
        return cut;
    }
}
