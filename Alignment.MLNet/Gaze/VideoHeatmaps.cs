using Alignment.MLNet.Dataset;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Gaze;

// A heatmap that is ready to be written, with its entry in the record (the maker's index is still to be filled in).
sealed record ReadyHeatmap(byte[] Png, HeatmapMethod Maker, HeatmapEntry Entry);

// The folder of one video's heatmaps, with the record that says what produced them.
sealed class VideoHeatmaps
{
    // Added to the name of a provided heatmap that is replaced; never overwritten itself.
    public const string ReplacedSuffix = ".replaced";

    readonly string _folder, _videoId;
    readonly List<HeatmapMethod> _makers;
    readonly SortedDictionary<int, HeatmapEntry> _scenes = [];

    public VideoHeatmaps(string root, string videoId)
    {
        (_folder, _videoId) = (SafePath.Under(root, videoId), videoId);
        if (new DirectoryInfo(_folder).LinkTarget is not null || new DirectoryInfo(root).LinkTarget is not null)
            throw BadDataException.For($"The folder '{_folder}'", "a link", "a plain folder",
                "Remove it; no heatmap is written through links.");
        HeatmapRecord? record = HeatmapRecord.Read(_folder);
        _makers = [.. record?.Makers ?? []];
        foreach (HeatmapEntry scene in record?.Scenes ?? []) _scenes[scene.SceneNumber] = scene;
    }

    public static string FileOf(string videoId, int scene) => SceneId.Of(videoId, scene) + ".png";

    public static bool Same(HeatmapMethod a, HeatmapMethod b) => JsonSerializer.Serialize(a) == JsonSerializer.Serialize(b);

    // Writes the record, then the heatmaps. Provided ones that they replace are moved aside, own ones deleted.
    public void Commit(IReadOnlyList<ReadyHeatmap> heatmaps)
    {
        if (heatmaps.Count == 0) return;
        AtomicFile.MakeFolder(_folder);
        var replaced = Replaced([.. heatmaps.Select(m => m.Entry.SceneNumber)]);
        foreach (ReadyHeatmap heatmap in heatmaps)
        {
            int maker = _makers.FindIndex(m => Same(m, heatmap.Maker));
            if (maker < 0)
            {
                maker = _makers.Count;
                _makers.Add(heatmap.Maker);
            }
            _scenes[heatmap.Entry.SceneNumber] = heatmap.Entry with { Maker = maker };
        }
        WriteRecord();
        foreach (var (path, isOurs) in replaced)
        {
            if (!isOurs && !File.Exists(path + ReplacedSuffix)) File.Move(path, path + ReplacedSuffix);
            else if (!heatmaps.Any(m => m.Entry.File == Path.GetFileName(path))) File.Delete(path);
        }
        foreach (ReadyHeatmap heatmap in heatmaps) AtomicFile.WriteBytes(Path.Combine(_folder, heatmap.Entry.File), heatmap.Png,
            durable: false);
    }

    // Pictures in the folder that are read as a scene's heatmap, and whether they were written here.
    List<(string Path, bool IsOurs)> Replaced(HashSet<int> scenes)
    {
        var known = new ProvenanceReader();
        return [.. new DirectoryInfo(_folder).EnumerateFiles()
            .Where(f => SceneNames.IsPicture(f.Name) && SceneNames.Parse(f.Name, _videoId) is (var n, 0) && scenes.Contains(n))
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => (f.FullName, known.Find(f.FullName) is not null))];
    }

    void WriteRecord()
    {
        // Unused makers go; the others keep their order.
        HeatmapMethod[] used = [.. _makers.Where((_, i) => _scenes.Values.Any(s => s.Maker == i))];
        new HeatmapRecord
        {
            VideoId = _videoId,
            Makers = used,
            Scenes = [.. _scenes.Values.Select(s => s with { Maker = Array.IndexOf(used, _makers[s.Maker]) })]
        }.Write(_folder);
    }
}
