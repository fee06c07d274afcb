using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Editing;

/// <summary>
/// The tree of edited scenes under an output folder:
/// <code>
/// edited_scenes/manifest.json
/// edited_scenes/{variant}/{video_id}/{scene_id}.png | .jpg | .json
/// edited_scenes/source/{video_id}/{scene_id}.png | .json      the still as decoded
/// edited_scenes/region/{video_id}/{scene_id}.png | .json      255 where an edit may change a pixel, 0 elsewhere
/// edited_scenes/previews/{variant}/{video_id}/{scene_id}.png  the edit's way, where it was asked for
/// </code>
/// Source and region are the proof that the background is untouched: wherever the region is 0, every variant's PNG has the
/// source's bytes. Every name is checked before it becomes a path.
/// </summary>
public sealed class EditedFolder
{
    /// <summary>The folder's name.</summary>
    public const string Name = Layout.Edited;

    /// <summary>Stands where a variant's name stands, for the untouched stills.</summary>
    public const string Source = "source";

    /// <summary>Stands where a variant's name stands, for the allowed regions.</summary>
    public const string Region = "region";

    /// <summary>Stands where a variant's name stands, for the strips of the edits' way.</summary>
    public const string Previews = "previews";

    /// <param name="output">The output folder; <c>edited_scenes</c> is made in it.</param>
    public EditedFolder(string output) => Root = Path.Combine(Path.GetFullPath(output), Name);

    /// <summary>Full path of <c>edited_scenes</c>.</summary>
    public string Root { get; }

    /// <summary>Full path of the manifest.</summary>
    public string ManifestPath => Path.Combine(Root, "manifest.json");

    /// <summary>Full path of a scene's edited picture, without loss.</summary>
    /// <param name="kind">A variant, <see cref="Source"/> or <see cref="Region"/>.</param>
    /// <param name="videoId">The video.</param>
    /// <param name="sceneId">The scene.</param>
    public string Png(string kind, string videoId, string sceneId) => SafePath.Under(Root, kind, videoId, sceneId + ".png");

    /// <summary>Full path of the JPEG made from the PNG's pixels.</summary>
    public string Jpeg(string kind, string videoId, string sceneId) => SafePath.Under(Root, kind, videoId, sceneId + ".jpg");

    /// <summary>Full path of the strip of an edit's way, under the first variant that has the edit.</summary>
    public string Preview(string variant, string videoId, string sceneId) =>
        SafePath.Under(Root, Previews, variant, videoId, sceneId + ".png");

    /// <summary>Full path of the record beside the pictures.</summary>
    public string Record(string kind, string videoId, string sceneId) => SafePath.Under(Root, kind, videoId, sceneId + ".json");

    /// <summary>Full path of a video's folder.</summary>
    public string Video(string kind, string videoId) => SafePath.Under(Root, kind, videoId);

    // Deletes what a killed process left half written.
    internal void RemovePartials()
    {
        if (!Directory.Exists(Root)) return;
        foreach (string stray in Directory.EnumerateFiles(Root, "*" + AtomicFile.PartialSuffix, SearchOption.AllDirectories))
            File.Delete(stray);
    }

    // Deletes a scene's outputs of one kind, the record first: what is left without it counts as unfinished.
    internal void Remove(string kind, string videoId, string sceneId)
    {
        string record = Record(kind, videoId, sceneId);
        if (!Directory.Exists(Path.GetDirectoryName(record))) return;
        File.Delete(record);
        File.Delete(Png(kind, videoId, sceneId));
        File.Delete(Jpeg(kind, videoId, sceneId));
        RemovePreview(kind, videoId, sceneId);
    }

    // Deletes a strip: it shows an edit that is no more.
    internal void RemovePreview(string kind, string videoId, string sceneId)
    {
        string strip = Preview(kind, videoId, sceneId);
        if (File.Exists(strip)) File.Delete(strip);
    }

    // Deletes outputs of scenes that the variants no longer have, so that no video is made of them.
    internal void RemoveOtherScenes(string kind, string videoId, IReadOnlySet<string> sceneIds)
    {
        string folder = Video(kind, videoId);
        if (!Directory.Exists(folder)) return;
        foreach (string record in Directory.GetFiles(folder, "*.json"))
            if (!sceneIds.Contains(Path.GetFileNameWithoutExtension(record)))
                Remove(kind, videoId, Path.GetFileNameWithoutExtension(record));
    }
}
