namespace Alignment.Transforms.Diffusion.Sampling;

// How much memory this process may still take, of the machine or the container.
static class FreeMemory
{
    const string Meminfo = "/proc/meminfo", Groups = "/proc/self/cgroup", Version2 = "/sys/fs/cgroup", Version1 = "/sys/fs/cgroup/memory";

    public static long Bytes()
    {
        long least = Machine();
        foreach ((string limit, string used) in Files(Text(Groups)))
            if (InGroup(Text(limit), Text(used)) is { } free) least = Math.Min(least, free);
        return Math.Max(0, least);
    }

    // Limit and usage of the process's control group and those above it, in either version.
    public static IEnumerable<(string Limit, string Used)> Files(string? groups)
    {
        string own = "", ownMemory = "";
        foreach (string line in (groups ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // "0::/path" is version 2, "9:memory:/path" version 1.
            string[] parts = line.Split(':', 3);
            if (parts.Length != 3 || parts[2].Contains("..", StringComparison.Ordinal)) continue;
            if (parts[1].Length == 0) own = parts[2].Trim('/');
            else if (parts[1].Split(',').Contains("memory")) ownMemory = parts[2].Trim('/');
        }
        foreach (string path in Upward(own)) yield return (Path.Combine(Version2, path, "memory.max"),
            Path.Combine(Version2, path, "memory.current"));
        foreach (string path in Upward(ownMemory)) yield return (Path.Combine(Version1, path, "memory.limit_in_bytes"),
            Path.Combine(Version1, path, "memory.usage_in_bytes"));
    }

    // A group's limit less what it uses; null where it has no limit ("max").
    public static long? InGroup(string? limit, string? used) =>
        long.TryParse(limit, NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long most)
        && long.TryParse(used, NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long taken)
            ? Math.Max(0, most - taken)
            : null;

    // "MemAvailable: 123 kB" in bytes.
    public static long? Available(string? meminfo)
    {
        const string Name = "MemAvailable:";
        string? line = meminfo?.Split('\n').FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
        return line is not null && long.TryParse(line[Name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), NumberStyles.None,
            CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes << 10 : null;
    }

    static long Machine()
    {
        if (Available(Text(Meminfo)) is { } available) return available;
        GCMemoryInfo about = GC.GetGCMemoryInfo();   // not Linux: as of the last collection
        return about.TotalAvailableMemoryBytes - about.MemoryLoadBytes;
    }

    static IEnumerable<string> Upward(string path)
    {
        for (; ; path = Path.GetDirectoryName(path) ?? "")
        {
            yield return path;
            if (path.Length == 0) yield break;
        }
    }

    static string? Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e.IsOfFile())
        {
            return null;
        }
    }
}
