namespace Alignment.MLNet.Storage;

/// <summary>Keeps two runs from writing into one folder at a time. The lock is the operating system's own on an open file, so it ends with
/// the process however that ends. The file stays, empty.</summary>
sealed class RunLock : IDisposable
{
    public const string FileName = ".alignment.lock";

    readonly FileStream _file;

    RunLock(FileStream file) => _file = file;

    // Takes the lock of folder, which is created if it is not there.
    public static RunLock Take(string folder)
    {
        string path = Path.Combine(AtomicFile.MakeFolder(folder), FileName);
        FileStream file;
        try
        {
            // None: .NET takes flock(LOCK_EX) on Unix and an exclusive handle on Windows.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw RetryableException.For($"The output folder '{folder}'", $"another run at work in it{Holder(path)}", "one run per folder",
                "Wait until it ends, or choose another output folder.", e);
        }
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(Invariant($"{Environment.ProcessId}\n")));
        file.Flush();
        return new(file);
    }

    public void Dispose()
    {
        _file.SetLength(0);
        _file.Dispose();
    }

    // The other process's id where the system lets us read it (Unix does).
    static string Holder(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> text = stackalloc byte[16];
            string id = Encoding.ASCII.GetString(text[..file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)]).Trim();
            return id.Length > 0 && id.All(char.IsAsciiDigit) ? $" (process {id})" : "";
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }
}
