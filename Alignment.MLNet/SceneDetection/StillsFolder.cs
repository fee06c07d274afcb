using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.SceneDetection;

/// <summary>A video's <c>video_scene_cuts/{id}/</c> appears whole, by renaming a folder filled beside it (<c>.{id}.partial</c>): a process
/// killed at any point leaves the old folder, the new one, or both under names the next run puts in order. Foreign files in the old folder
/// stay.</summary>
sealed class StillsFolder
{
    readonly string _id, _partial, _old;

    public StillsFolder(string data, string id)
    {
        _id = id;
        Folder = SafePath.Under(data, Layout.Stills, id);
        ReportFolder = SafePath.Under(data, Layout.SceneReports, id);
        (_partial, _old) = (SafePath.Under(data, Layout.Stills, $".{id}.partial"), SafePath.Under(data, Layout.Stills, $".{id}.old"));
        if (!Directory.Exists(_old)) return;
        // A run was killed while it put the new folder in the old one's place.
        if (Directory.Exists(Folder)) KeepForeign();
        else Directory.Move(_old, Folder);
    }

    public string Folder { get; }

    public string ReportFolder { get; }

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
            if (IsStill(entry.Name) || entry.Name is Layout.SceneList or DetectionRecord.FileName || Path.Exists(to)) continue;
            Directory.Move(entry.FullName, to);
        }
        Directory.Delete(_old, recursive: true);
    }

    bool IsStill(string name) => SceneNames.IsPicture(name) && SceneNames.Parse(name, _id) is not null;
}
