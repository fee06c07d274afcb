using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.SceneDetection;

/// <summary>
/// Where a video's scenes go: <c>video_scene_cuts/{id}/</c> appears whole, by renaming a folder that was filled beside it
/// (<c>.{id}.partial</c>). A process killed at any point leaves the old folder, or the new one, or both under names the next run
/// puts in order. Files in the old folder that are not ours stay.
/// </summary>
sealed class StillsFolder
{
    /// <summary>The folder of stills, one folder a video.</summary>
    public const string Stills = Layout.Stills;

    /// <summary>The folder of strips and statistics, one folder a video.</summary>
    public const string Reports = Layout.SceneReports;

    /// <summary>The scene list beside the stills.</summary>
    public const string ListName = Layout.SceneList;

    readonly string _id, _partial, _old;

    public StillsFolder(string data, string id)
    {
        _id = id;
        Folder = SafePath.Under(data, Stills, id);
        ReportFolder = SafePath.Under(data, Reports, id);
        (_partial, _old) = (SafePath.Under(data, Stills, $".{id}.partial"), SafePath.Under(data, Stills, $".{id}.old"));
        if (!Directory.Exists(_old)) return;
        // A run was killed while it put the new folder in the old one's place.
        if (Directory.Exists(Folder)) KeepForeign();
        else Directory.Move(_old, Folder);
    }

    public string Folder { get; }

    public string ReportFolder { get; }

    /// <summary>True when stills are there that this program did not make.</summary>
    public bool HoldsForeignStills() => Directory.Exists(Folder) && !File.Exists(Path.Combine(Folder, DetectionRecord.FileName))
        && Directory.EnumerateFiles(Folder).Any(f => IsStill(Path.GetFileName(f)));

    public string Begin()
    {
        if (Directory.Exists(_partial)) Directory.Delete(_partial, recursive: true);
        return AtomicFile.MakeFolder(_partial);
    }

    public void Finish()
    {
        if (Directory.Exists(Folder)) Directory.Move(Folder, _old);
        Directory.Move(_partial, Folder);
        KeepForeign();
    }

    public void Abandon()
    {
        if (Directory.Exists(_partial)) Directory.Delete(_partial, recursive: true);
    }

    void KeepForeign()
    {
        if (!Directory.Exists(_old)) return;
        foreach (var entry in new DirectoryInfo(_old).EnumerateFileSystemInfos())
        {
            string to = Path.Combine(Folder, entry.Name);
            if (IsStill(entry.Name) || entry.Name is ListName or DetectionRecord.FileName || Path.Exists(to)) continue;
            Directory.Move(entry.FullName, to);
        }
        Directory.Delete(_old, recursive: true);
    }

    bool IsStill(string name) => SceneNames.IsPicture(name) && SceneNames.Parse(name, _id) is not null;
}
