using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.SceneDetection;

// The videos of a folder, by id: the file's name without its ending.
static class VideoFiles
{
    public static IReadOnlyList<(string Id, string Path)> Find(string path, Action<string> problem)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full)) return [.. Named([full], problem)];
        if (!Directory.Exists(full)) throw UsageException.For($"{OptionName.Parameter("videos")}",
            $"no folder '{SafePath.Shorten(full, 200)}'", "a folder with videos, or one video", "Check the path.");
        string[] files = [.. Directory.EnumerateFiles(full)
            .Where(f => !Path.GetFileName(f).StartsWith('.')
            && VideoSource.Endings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))];
        if (files.Length == 0)
            throw BadDataException.For($"The folder '{SafePath.Shorten(full, 200)}'", "no video",
                "files ending in " + string.Join(", ", VideoSource.Endings), "Give the folder that holds the videos.");
        Array.Sort(files, StringComparer.Ordinal);
        return [.. Named(files, problem).OrderBy(v => v.Id, StringComparer.Ordinal)];
    }

    public static long? SizeOf(string path)
    {
        try
        {
            return new FileInfo(path).Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static IEnumerable<(string Id, string Path)> Named(string[] files, Action<string> problem)
    {
        // Without case: on Windows and macOS two such ids would be one folder.
        foreach (var same in files.GroupBy(f => Path.GetFileNameWithoutExtension(f).Normalize(), StringComparer.OrdinalIgnoreCase))
        {
            string[] paths = [.. same];
            string id = Path.GetFileNameWithoutExtension(paths[0]);
            if (paths.Length > 1)
                problem($"The video id '{SafePath.Shorten(id)}': found "
                    + $"{string.Join(" and ", paths.Select(p => $"'{SafePath.Shorten(Path.GetFileName(p))}'"))}, expected one file. "
                    + $"Rename or remove all but one; none of them was used.");
            else if (SafePath.Why(id) is { } why)
                problem($"The video '{SafePath.Shorten(Path.GetFileName(paths[0]))}': found a name that cannot be a video id, because "
                    + $"{why}. Rename the file.");
            else yield return (id, paths[0]);
        }
    }
}
