namespace Alignment.MLNet.Dataset;

// A video's file and its scene list, as far as they are found.
sealed record VideoSource(string? File, string? SceneListFile)
{
    // Endings of files taken for videos, whatever their case; the first wins where a video is there twice.
    public static IReadOnlyList<string> Endings { get; } =
        [".mp4", ".mov", ".mkv", ".webm", ".m4v", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".flv", ".ogv", ".3gp", ".wmv"];

    // The first in these folders: the video as {id}.mp4 or with another of Endings; the scene list as {id}.scenes.csv, {id}/scenes.csv,
    // video_scene_cuts/{id}/scenes.csv (also below data/) or {id}.truth.json.
    public static VideoSource Find(string videoId, IEnumerable<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        string? file = null, list = null;
        foreach (string folder in folders)
        {
            file ??= First(Endings.SelectMany(e => new[] { videoId + e, videoId + e.ToUpperInvariant() })
                .Select(name => SafePath.Under(folder, name)));
            list ??= First([
                SafePath.Under(folder, videoId + Layout.SceneListEnding),
                SafePath.Under(folder, videoId, Layout.SceneList),
                SafePath.Under(folder, Layout.Stills, videoId, Layout.SceneList),
                SafePath.Under(folder, Layout.Data, Layout.Stills, videoId, Layout.SceneList),
                SafePath.Under(folder, videoId + Layout.TruthEnding)]);
        }
        return new(file, list);
    }

    // The folders a data set's videos and scene lists are looked for in: the one with its stills, the one given, the one around the stills.
    public static IReadOnlyList<string> FoldersOf(string data)
    {
        string stills = SceneFolder.Open(data).DataFolder;
        return [.. new[] { stills, Path.GetFullPath(data), Path.GetDirectoryName(stills) }.OfType<string>().Distinct()];
    }

    static string? First(IEnumerable<string> paths) => paths.FirstOrDefault(System.IO.File.Exists);
}
