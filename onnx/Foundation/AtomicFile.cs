namespace Alignment;

/// <summary>
/// Files that appear complete or not at all: written beside the target, flushed, renamed over it. A killed process leaves at most a stray
/// <c>*.partial</c>, which the next write replaces.
/// </summary>
static class AtomicFile
{
    public const string PartialSuffix = ".partial";

    static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>
    /// Nothing appears if <paramref name="fill"/> throws. Not <paramref name="durable"/>: a power cut may leave an empty file; for small
    /// outputs whose hashes are checked before use. <paramref name="keepEqual"/>: a file with this content stays untouched.
    /// </summary>
    public static void Write(string path, Action<Stream> fill, bool durable = true, bool keepEqual = false)
    {
        Make(path, partial =>
        {
            using var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
            fill(file);
            file.Flush(flushToDisk: durable);
        }, keepEqual);
    }

    // UTF-8 without a byte order mark.
    public static void WriteText(string path, string text, bool durable = true, bool keepEqual = false) =>
        Write(path, s => s.Write(s_utf8.GetBytes(text)), durable, keepEqual);

    public static void WriteBytes(string path, ReadOnlyMemory<byte> bytes, bool durable = true) =>
        Write(path, s => s.Write(bytes.Span), durable);

    /// <summary>For writers that want a file name (ffmpeg); <paramref name="make"/> must have closed the file when it returns.</summary>
    public static void Make(string path, Action<string> make, bool keepEqual = false)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw UsageException.For($"The file '{full}'", "a folder of that name", "a name that is free, or a file to replace",
                "Choose another.");
        MakeFolder(Path.GetDirectoryName(full)!);
        string partial = full + PartialSuffix;
        try
        {
            make(partial);
            if (keepEqual && IsEqual(partial, full)) File.Delete(partial);
            else File.Move(partial, full, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    // Creates an output folder with its parents and returns its full path.
    public static string MakeFolder(string path)
    {
        string full = Path.GetFullPath(path);
        for (string? at = full; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(at)) break;
            if (!File.Exists(at)) continue;
            throw UsageException.For($"The output folder '{full}'", $"a file, '{at}'", "a folder, or a name that is free",
                "Choose another, or move the file away.");
        }
        return Directory.CreateDirectory(full).FullName;
    }

    static bool IsEqual(string written, string existing)
    {
        var old = new FileInfo(existing);
        if (!old.Exists || old.Length != new FileInfo(written).Length) return false;
        using FileStream a = File.OpenRead(written), b = File.OpenRead(existing);
        byte[] one = new byte[1 << 16], other = new byte[1 << 16];
        int n;
        do
        {
            n = a.ReadAtLeast(one, one.Length, throwOnEndOfStream: false);
            if (b.ReadAtLeast(other, other.Length, throwOnEndOfStream: false) != n || !one.AsSpan(0, n).SequenceEqual(other.AsSpan(0, n)))
                return false;
        }
        while (n > 0);
        return true;
    }
}
