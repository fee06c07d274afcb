namespace Alignment.MLNet.Training;

/// <summary>A table that grows by a line at a time and is whole after each: what a killed process leaves is put back to a checkpoint's copy
/// (<see cref="Restore"/>), so that a continued run ends with the bytes of one that was never stopped.</summary>
sealed class StepLog : IDisposable
{
    readonly FileStream _file;

    StepLog(FileStream file) => _file = file;

    public static StepLog Begin(string path, params ReadOnlySpan<string> columns)
    {
        AtomicFile.WriteText(path, string.Join(',', columns.ToArray()) + "\n");
        return Open(path);
    }

    // Takes the table at path back to copy: cuts off what came later, or writes it anew where it is not what came before.
    public static StepLog Restore(string path, string copy)
    {
        byte[] known = File.ReadAllBytes(copy);
        if (StartsWith(path, known))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
            file.SetLength(known.Length);
        }
        else
        {
            AtomicFile.WriteBytes(path, known);
        }
        return Open(path);
    }

    // Appends a line; it is with the system when this returns, and on the disk after CopyTo.
    public void Add(params ReadOnlySpan<string> cells)
    {
        _file.Write(Encoding.UTF8.GetBytes(string.Join(',', cells.ToArray()) + "\n"));
        _file.Flush();
    }

    public void CopyTo(string path)
    {
        _file.Flush(flushToDisk: true);
        File.Copy(_file.Name, path);
    }

    // A number as tables have it: nine significant digits, which tell any two float32 apart.
    public static string Text(double value) => Invariant($"{value:G9}");

    public static string Text(long value) => Invariant($"{value}");

    static StepLog Open(string path) => new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));

    static bool StartsWith(string path, byte[] known)
    {
        if (!File.Exists(path)) return false;
        using FileStream file = File.OpenRead(path);
        if (file.Length < known.Length) return false;
        byte[] there = new byte[known.Length];
        file.ReadExactly(there);
        return there.AsSpan().SequenceEqual(known);
    }

    public void Dispose() => _file.Dispose();
}
