using System.Security.Cryptography;

namespace Alignment.Onnx.Bundles;

static class BundleHashes
{
    const int BufferBytes = 1 << 20;

    /// <summary>Size and hash of each of <paramref name="files"/>, relative to <paramref name="folder"/>.</summary>
    public static SortedDictionary<string, BundleFile> Of(string folder, IEnumerable<string> files, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        const string Stage = "hashing model files";
        string[] sorted = [.. files.Order(StringComparer.Ordinal)];
        string[] paths = [.. sorted.Select(f => SafePath.Relative(folder, f, $"The model bundle '{folder}'"))];
        var hashes = new SortedDictionary<string, BundleFile>(StringComparer.Ordinal);
        using var buffer = new Rented<byte>(BufferBytes);
        try
        {
            long total = paths.Sum(p => new FileInfo(p).Length), done = 0;
            for (int i = 0; i < sorted.Length; i++)
            {
                using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                using var file = new FileStream(paths[i], FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
                long bytes = 0;
                for (int n; (n = file.Read(buffer.Array)) > 0; bytes += n)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    sha.AppendData(buffer.Array.AsSpan(0, n));
                    progress?.Report(new(Stage, done += n, total, sorted[i]));
                }
                hashes.Add(sorted[i], new(bytes, Convert.ToHexStringLower(sha.GetHashAndReset())));
            }
            return hashes;
        }
        catch (Exception e) when (e.IsOfFile())
        {
            throw BadDataException.Unreadable($"The model bundle '{folder}'", e, "Check the folder and its permissions.");
        }
    }
}
