namespace Alignment.MLNet.Storage;

// Says before hours of work, not after, that the disk is too small.
static class DiskSpace
{
    // Left free on top of the estimate: other programs need room too.
    const long ReserveBytes = 64L << 20;

    // Throws unless need bytes and a reserve are free where folder is (or will be).
    public static void Check(string folder, long need, Func<string, long>? freeBytes = null)
    {
        long have = (freeBytes ?? Free)(folder);
        if (have >= need + ReserveBytes) return;
        throw RetryableException.For($"The disk of '{folder}'", $"{Text(have)} free", $"about {Text(need + ReserveBytes)} for the outputs",
            "Free some space or choose another output folder, and run again.");
    }

    // Bytes that may still be written where folder is; unlimited where the system does not say.
    public static long Free(string folder)
    {
        string? existing = Path.GetFullPath(folder);
        while (existing is not null && !Directory.Exists(existing)) existing = Path.GetDirectoryName(existing);
        try
        {
            return existing is null ? long.MaxValue / 2 : new DriveInfo(existing).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue / 2;
        }
    }

    static string Text(long bytes) => bytes >= 1L << 30
        ? Invariant($"{bytes / (double)(1L << 30):0.0} GiB")
        : Invariant($"{bytes / (double)(1L << 20):0} MiB");
}
