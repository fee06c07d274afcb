namespace Alignment.MLNet.Dataset;

/// <summary>
/// A data set on disk, in either of its layouts:
/// <code>
/// video_scene_cuts/{video_id}/{video_id}-Scene-{n:000}-01.jpg
/// keyword_masks/{video_id}/scene_{n}.png          or  keyword_masks/{video_id}/{video_id}-Scene-{n:000}-01.png
/// attention_heatmap/{video_id}/{video_id}-Scene-{n:000}.jpg   or  …-Scene-{n:000}-01.jpg
/// keywords.csv
/// </code>
/// The folder given is the data folder itself or the one that has it as <c>data/</c>; masks, heatmaps and keywords.csv
/// are looked for in the data folder first, then beside it. Pictures are .jpg, .jpeg or .png. Nothing outside is
/// read: ids are plain folder names, and links that lead out are refused.
/// </summary>
sealed class SceneFolder
{
    readonly List<string> _places;   // the data folder, then the folder beside it

    SceneFolder(string data, List<string> places) => (DataFolder, _places) = (data, places);

    // Full path of the folder that holds video_scene_cuts.
    public string DataFolder { get; }

    public string? KeywordsPath => _places.Select(p => Path.Combine(p, Layout.Keywords)).FirstOrDefault(File.Exists);

    // Where validate puts its result unless told otherwise.
    public string ValidScenesPath => Path.Combine(DataFolder, ValidScenesCsv.FileName);

    // Every searched path, for messages.
    public string Looked => string.Join(", ",
        _places.SelectMany(p => new[] { Layout.Stills, Layout.Masks, Layout.Heatmaps,
        Layout.Keywords }.Select(n => $"'{Path.Combine(p, n)}'")));

    public static SceneFolder Open(string directory)
    {
        string given = Path.GetFullPath(directory);
        string[] candidates = [given, Path.Combine(given, Layout.Data)];
        string? data = candidates.FirstOrDefault(c => Directory.Exists(Path.Combine(c, Layout.Stills)));
        if (data is null)
        {
            string looked = string.Join(" and ", candidates.Select(c => $"'{Path.Combine(c, Layout.Stills)}'"));
            throw BadDataException.For("No valid scenes found", $"no folder {looked}",
                $"a folder '{Layout.Stills}' with one folder of stills per video", "Give the folder that holds it.");
        }
        var places = new List<string> { data };
        if (data != given) places.Add(given);
        else if (Path.GetFileName(Path.TrimEndingDirectorySeparator(data)) == Layout.Data
            && Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(data)) is { } beside) places.Add(beside);
        return new(data, places);
    }

    public IReadOnlyList<string> VideoIds()
    {
        string[] names = [.. Directory.EnumerateDirectories(Path.Combine(DataFolder, Layout.Stills)).Select(d => Path.GetFileName(d))
            .Where(n => !n.StartsWith('.'))];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    // One video's stills by scene number, each with its mask and heatmap if there are any; what cannot be used is reported.
    public IReadOnlyList<SceneFiles> Read(string videoId, Action<SceneProblem> report)
    {
        string folder = Path.Combine(DataFolder, Layout.Stills, videoId);
        if (SafePath.Why(videoId) is { } why)
        {
            report(new(ProblemKind.UnusableVideoId, videoId, null, folder,
                $"The folder's name cannot be a video id because {why}. Rename it."));
            return [];
        }
        if (!StaysInside(DataFolder, Path.Combine(Layout.Stills, videoId), new DirectoryInfo(folder), videoId, null, report)) return [];

        var stills = new SortedDictionary<int, string>();
        var further = new List<(int Scene, string Path)>();
        foreach (FileInfo file in Listed(folder))
        {
            if (!SceneNames.IsPicture(file.Name) && !SceneNames.IsOtherPicture(file.Name))
            {
                report(new(ProblemKind.Ignored, videoId, null, file.FullName,
                    $"Not a scene still; expected {SceneNames.ExpectedStill(videoId)}."));
                continue;
            }
            var parsed = SceneNames.IsPicture(file.Name) ? SceneNames.Parse(file.Name, videoId) : null;
            if (parsed is not var (number, picture) || picture == 0)
            {
                report(new(ProblemKind.UnparsableName, videoId, null, file.FullName, $"The name '{SafePath.Shorten(file.Name)}' does not "
                    + $"say which scene it is; expected {SceneNames.ExpectedStill(videoId)}. Rename it."));
                continue;
            }
            if (picture != 1) further.Add((number, file.FullName));
            else if (!StaysInside(DataFolder, Path.Combine(Layout.Stills, videoId, file.Name), file, videoId, number, report)) continue;
            else if (!stills.TryAdd(number, file.FullName))
                report(new(ProblemKind.DuplicateScene, videoId, number, file.FullName,
                    $"Scene {number} is there already as '{Path.GetFileName(stills[number])}', which is kept. Remove one of them."));
        }
        foreach (var (number, path) in further.Where(f => !stills.ContainsKey(f.Scene)))
            report(new(ProblemKind.UnparsableName, videoId, number, path, $"Only picture 01 of a scene is read, and scene {number} has "
                + $"none; expected {SceneNames.ExpectedStill(videoId)}. Rename this one if it shall be the still."));

        var masks = Beside(Layout.Masks, videoId, shortNames: true, report);
        var heatmaps = Beside(Layout.Heatmaps, videoId, shortNames: false, report);
        return [.. stills.Select(s => new SceneFiles(s.Key, s.Value, masks.GetValueOrDefault(s.Key), heatmaps.GetValueOrDefault(s.Key)))];
    }

    // The masks or heatmaps of a video by scene number; the first place and the first layout win.
    Dictionary<int, string> Beside(string kind, string videoId, bool shortNames, Action<SceneProblem> report)
    {
        var found = new Dictionary<int, (int Layout, string Path)>();
        for (int place = 0; place < _places.Count; place++)
        {
            string folder = Path.Combine(_places[place], kind, videoId);
            if (!Directory.Exists(folder) || !StaysInside(_places[place], Path.Combine(kind, videoId), new DirectoryInfo(folder), videoId,
                null, report)) continue;
            foreach (FileInfo file in Listed(folder).Where(f => SceneNames.IsPicture(f.Name)))
            {
                var parsed = SceneNames.Parse(file.Name, videoId);
                int? number = shortNames ? SceneNames.ParseShort(file.Name) ?? (parsed is (var s, 1) ? s : null) : parsed is (var n, 0 or 1)
                    ? n : null;
                if (number is null) continue;
                bool first = shortNames ? SceneNames.ParseShort(file.Name) is not null : parsed is (_, 0);
                int layout = 2 * place + (first ? 0 : 1);
                if (found.TryGetValue(number.Value, out var other) && other.Layout <= layout) continue;
                if (StaysInside(_places[place], Path.Combine(kind, videoId, file.Name), file, videoId, number, report))
                    found[number.Value] = (layout, file.FullName);
            }
        }
        return found.ToDictionary(f => f.Key, f => f.Value.Path);
    }

    // Files of a folder, hidden ones, the systems' own and what scene detection keeps beside its stills left out, ordered by preference of
    // extension, then name.
    static IEnumerable<FileInfo> Listed(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles()
            .Where(f => !f.Name.StartsWith('.') && f.Name is not ("Thumbs.db" or "desktop.ini" or Layout.SceneList or Layout.SceneRecord))
            .OrderBy(f => SceneNames.Rank(f.Name)).ThenBy(f => f.Name, StringComparer.Ordinal);

    static bool StaysInside(string root, string relative, FileSystemInfo entry, string videoId, int? scene, Action<SceneProblem> report)
    {
        if (entry.LinkTarget is null) return true;
        try
        {
            SafePath.Relative(root, relative, entry.FullName);
            return true;
        }
        catch (BadDataException)
        {
            report(new(ProblemKind.LinkOutside, videoId, scene, entry.FullName,
                $"A link that leads out of '{root}'. Nothing outside is read; copy the files there."));
            return false;
        }
    }
}

readonly record struct SceneFiles(int Number, string Still, string? Mask, string? Heatmap);
