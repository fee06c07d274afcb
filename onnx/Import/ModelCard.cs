namespace Alignment.Onnx.Import;

// A published model's README.md, whose front matter names the licence.
static class ModelCard
{
    // Cards and licences are some kilobytes.
    public const int MaxBytes = 1 << 20;

    const int MaxLines = 200;

    /// <summary>The value of <c>license:</c> between the first two lines of "---", or null.</summary>
    public static string? License(string folder)
    {
        string path = Path.Combine(folder, "README.md");
        if (!File.Exists(path) || new FileInfo(path).Length > MaxBytes) return null;
        string[] lines = Encoding.UTF8.GetString(StrictJson.ReadBytes(path, MaxBytes))
            .Split('\n', MaxLines + 1, StringSplitOptions.TrimEntries);
        if (lines[0] != "---") return null;
        return lines.Skip(1).Take(MaxLines - 1).TakeWhile(l => l != "---")
            .Where(l => l.StartsWith("license:", StringComparison.Ordinal))
            .Select(l => SafePath.Shorten(l["license:".Length..].Trim(' ', '"', '\'')))
            .FirstOrDefault(l => l.Length > 0);
    }
}
