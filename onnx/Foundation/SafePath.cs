using System.Diagnostics.CodeAnalysis;

namespace Alignment;

/// <summary>Turns names from outside (ids, CSV cells, model files) into paths that never leave their folder.</summary>
public static class SafePath
{
    /// <summary>In UTF-8 bytes: accepted by every file system, with room for a suffix.</summary>
    public const int MaxNameBytes = 200;

    /// <summary>Whether <paramref name="name"/> can be one folder or file name.</summary>
    public static bool IsName([NotNullWhen(true)] string? name) => Why(name) is null;

    /// <summary>What is wrong with <paramref name="name"/> as one folder or file name, or null.</summary>
    public static string? Why(string? name)
    {
        if (string.IsNullOrWhiteSpace(name)) return "it is empty";
        if (name is "." or "..") return "it points to a folder itself";
        if (name.AsSpan().IndexOfAny('/', '\\', ':') >= 0) return "it contains a path separator";
        foreach (char c in name)
            if (char.IsControl(c)) return $"it contains the control character U+{(int)c:X4}";
        if (HasLoneSurrogate(name)) return "it is not valid Unicode";
        if (System.Text.Encoding.UTF8.GetByteCount(name) > MaxNameBytes) return $"it is longer than {MaxNameBytes} bytes";
        return name != name.Trim() || name.EndsWith('.') ? "it begins or ends with a space, or ends with a dot" : null;
    }

    /// <summary>The path of plain names under <paramref name="root"/>.</summary>
    /// <exception cref="BadDataException">A part is no plain name.</exception>
    public static string Under(string root, params ReadOnlySpan<string> parts)
    {
        string path = Path.GetFullPath(root);
        foreach (string part in parts)
        {
            if (Why(part) is { } why)
                throw BadDataException.For($"The name '{Shorten(part)}'", $"a name that cannot be used, because {why}",
                    "one plain folder or file name", "Rename it and run again.");
            path = Path.Combine(path, part);
        }
        return path;
    }

    /// <summary>A relative path named by a file, under <paramref name="root"/>; <paramref name="subject"/> begins the message.</summary>
    /// <exception cref="BadDataException">It is absolute, contains "..", or a link leads out of the folder.</exception>
    public static string Relative(string root, string relative, string subject)
    {
        string full = Path.GetFullPath(root);
        bool bad = string.IsNullOrWhiteSpace(relative) || Path.IsPathRooted(relative) || relative.Contains('\0', StringComparison.Ordinal)
            || relative.Split('/', '\\').Any(p => p is "..");
        string path = bad ? full : Path.GetFullPath(Path.Combine(full, relative));
        if (bad || !IsInside(full, path) || !IsInside(RealPath(full), RealPath(path)))
            throw BadDataException.For(subject, $"the path '{Shorten(relative)}'", $"a path inside '{full}'",
                "Nothing outside that folder is read; move the file there or correct the path.");
        return path;
    }

    /// <summary>At most <paramref name="most"/> characters, control characters as '?'.</summary>
    public static string Shorten(string? text, int most = 80)
    {
        text ??= "";
        string cut = text.Length <= most ? text : string.Concat(text.AsSpan(0, most), "…");
        return string.Create(cut.Length, cut, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) ? '?' : from[i];
        });
    }

    static bool IsInside(string root, string path) =>
        path == root || path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar,
        StringComparison.Ordinal);

    // The path with every link resolved.
    static string RealPath(string path)
    {
        string at = Path.GetPathRoot(path)!;
        foreach (string part in path[at.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            at = Path.Combine(at, part);
            FileSystemInfo info = Directory.Exists(at) ? new DirectoryInfo(at) : new FileInfo(at);
            if (info.LinkTarget is not null && info.ResolveLinkTarget(returnFinalTarget: true) is { } target) at = target.FullName;
        }
        return at;
    }

    static bool HasLoneSurrogate(string s)
    {
        for (int i = 0; i < s.Length; i++)
        {
            if (!char.IsSurrogate(s[i])) continue;
            if (char.IsHighSurrogate(s[i]) && i + 1 < s.Length && char.IsLowSurrogate(s[i + 1])) i++;
            else return true;
        }
        return false;
    }
}
