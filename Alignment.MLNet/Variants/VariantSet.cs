using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Onnx.Weights;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Variants;

/// <summary>One scene under one variant: a row of <c>{variant}_scenes.csv</c>.</summary>
/// <param name="Scene">The scene itself.</param>
/// <param name="Variant">The variant.</param>
/// <param name="Index">The scene's place in its video, from 0.</param>
/// <param name="Window">Temporal window, 0 early, 1 middle, 2 late.</param>
/// <param name="HeatmapPath">Full path of the 8-bit JPEG for people.</param>
/// <param name="AttentionMapPath">Full path of A' as float32 safetensors; equal controls of a scene share a file.</param>
/// <param name="ControlHash">Equal for equal controls [M, A'].</param>
/// <param name="Modified">False where A' is the baseline's.</param>
/// <param name="AlignmentBefore">mean(M ⊙ A).</param>
/// <param name="AlignmentAfter">mean(M ⊙ A').</param>
/// <param name="ShareBefore">Σ(M ⊙ A) / ΣA.</param>
/// <param name="ShareAfter">Σ(M ⊙ A') / ΣA'.</param>
public sealed record VariantScene(
    SceneRecord Scene, Variant Variant, int Index, int Window, string HeatmapPath, string AttentionMapPath, string ControlHash,
    bool Modified,
    double AlignmentBefore, double AlignmentAfter, double ShareBefore, double ShareAfter);

/// <summary>One scene of a set under each of its variants, in their order.</summary>
/// <param name="Scene">The scene itself.</param>
/// <param name="Variants">Its rows.</param>
/// <param name="Attention">Where the heatmap behind the maps comes from.</param>
sealed record SetScene(SceneRecord Scene, IReadOnlyList<VariantScene> Variants, HeatmapProvenance Attention)
{
    public string VideoId => Scene.VideoId;

    public string SceneId => Scene.SceneId;
}

/// <summary>A set of variants on disk, as <see cref="VariantJob"/> made it.</summary>
public sealed class VariantSet
{
    readonly SetManifest _manifest;
    readonly SceneFolder? _data;

    VariantSet(string root, SetManifest manifest, SceneFolder? data) => (Root, _manifest, _data) = (root, manifest, data);

    /// <summary>Full path of the <c>variants_v3</c> folder.</summary>
    public string Root { get; }

    /// <summary>Size of the maps in pixels.</summary>
    public int Width => _manifest.Options.Width;

    /// <inheritdoc cref="Width"/>
    public int Height => _manifest.Options.Height;

    /// <summary>A mask pixel above this was product when the variants were made.</summary>
    public float MaskThreshold => _manifest.Options.MaskThreshold;

    /// <summary>The videos' ids, in ordinal order.</summary>
    public IReadOnlyList<string> VideoIds => [.. _manifest.Videos.Select(v => v.VideoId)];

    // The videos with the number of their scenes.
    internal IReadOnlyList<(string VideoId, int Scenes)> ScenesByVideo => [.. _manifest.Videos.Select(v => (v.VideoId, v.Scenes))];

    /// <summary>Scenes over all videos.</summary>
    public int Scenes => _manifest.Scenes;

    /// <summary>Different controls over all scenes and variants: the number of edits.</summary>
    public int DistinctControls => _manifest.DistinctControls;

    /// <summary>Where the scenes' attention came from when the variants were made: measured, predicted, or not known.</summary>
    public ProvenanceCounts AttentionOrigin => _manifest.AttentionOrigin;

    // The same for each scene of a video that was measured or predicted, by number; of the others it is not known.
    internal IReadOnlyDictionary<int, HeatmapProvenance> AttentionOf(string videoId)
    {
        string path = Path.Combine(VariantFiles.Video(Root, videoId), VariantFiles.Manifest);
        try
        {
            VideoManifest? manifest = File.Exists(path) ? JsonSerializer.Deserialize<VideoManifest>(File.ReadAllBytes(path),
                VariantFiles.Json) : null;
            return (manifest?.Inputs ?? []).Where(i => i.AttentionOrigin is not null)
                .ToDictionary(i => i.SceneNumber, i => i.AttentionOrigin!);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw BadDataException.For($"'{path}'", "text that is not its JSON", "the manifest as it was written",
                "Make the variants again.", e);
        }
    }

    /// <summary>Identifies a video's inputs and options: equal keys, equal variants.</summary>
    public string KeyOf(string videoId) => _manifest.Videos.First(v => v.VideoId == videoId).Key;

    /// <summary>Opens a set.</summary>
    /// <param name="directory">The folder that holds <c>variants_v3</c>, or that folder. It may have been moved since the variants were
    /// made.</param>
    /// <param name="data">The data folder to take stills and masks from; null: the paths they had when the variants were made.</param>
    /// <exception cref="BadDataException">There is no finished set, or it is damaged.</exception>
    public static VariantSet Open(string directory, string? data = null)
    {
        string root = VariantFiles.Root(directory), path = Path.Combine(root, VariantFiles.Manifest);
        if (!File.Exists(path)) throw BadDataException.For($"The variants in '{root}'", $"no {VariantFiles.Manifest}",
            "a finished set of variants", "Run `alignment variants` first.");
        try
        {
            SetManifest? manifest = JsonSerializer.Deserialize<SetManifest>(File.ReadAllBytes(path), VariantFiles.Json);
            if (manifest is not { Format: VariantFiles.Format })
                throw BadDataException.For($"'{path}'", FormattableString.Invariant($"format {manifest?.Format}"),
                    FormattableString.Invariant($"format {VariantFiles.Format}"), "Make the variants again with this version.");
            if (manifest.Videos.FirstOrDefault(v => !SafePath.IsName(v.VideoId)) is { } bad)
                throw BadDataException.For($"'{path}'", $"the video id '{SafePath.Shorten(bad.VideoId)}'", "plain names",
                    "Make the variants again.");
            return new(root, manifest, data is null ? null : SceneFolder.Open(data));
        }
        catch (JsonException e)
        {
            throw BadDataException.For($"'{path}'", "text that is not its JSON", "the manifest as it was written",
                "Make the variants again.", e);
        }
    }

    // The scenes of some videos, by video, then by number; of all where none is named.
    internal IEnumerable<SetScene> ScenesOf(IReadOnlyList<string> videos) =>
        from video in VideoIds.Where(v => videos.Count == 0 || videos.Contains(v, StringComparer.Ordinal))
        let origins = AttentionOf(video)
        from rows in Video(video)
        select new SetScene(rows[0].Scene, rows, origins.GetValueOrDefault(rows[0].Scene.SceneNumber, HeatmapProvenance.Provided));

    /// <summary>A video's scenes in order, each under all variants, in the variants' order.</summary>
    /// <exception cref="BadDataException">A table is missing, damaged, or disagrees with the others.</exception>
    public IEnumerable<IReadOnlyList<VariantScene>> Video(string videoId)
    {
        string folder = VariantFiles.Video(Root, videoId);
        var files = _data?.Read(videoId, static _ => { }).ToDictionary(f => f.Number);
        var tables = Variant.All.Select(v => Rows(folder, v).GetEnumerator()).ToArray();
        try
        {
            while (true)
            {
                VariantScene[] scene = [.. tables.Where(t => t.MoveNext()).Select(t => t.Current)];
                if (scene.Length == 0) yield break;
                if (scene.Length != tables.Length || scene.Any(s => s.Scene.SceneNumber != scene[0].Scene.SceneNumber))
                    throw BadDataException.For($"The variants of video '{videoId}'", "tables of different scenes",
                        "the same scenes under every variant", "Make the variants again.");
                yield return files is null ? scene : FromData(scene, files);
            }
        }
        finally
        {
            foreach (var table in tables) table.Dispose();
        }
    }

    // The same scene with the still and mask that the data folder has now.
    VariantScene[] FromData(VariantScene[] variants, Dictionary<int, SceneFiles> files)
    {
        SceneRecord known = variants[0].Scene;
        if (!files.TryGetValue(known.SceneNumber, out SceneFiles found) || found.Mask is null)
            throw BadDataException.For($"Scene '{known.SceneId}' of the variants in '{Root}'",
                found.Still is null ? $"no such still in '{_data!.DataFolder}'" : $"no mask for it in '{_data!.DataFolder}'",
                "the data set that the variants were made from", "Give that folder, or make the variants again.");
        var scene = new SceneRecord
        {
            VideoId = known.VideoId,
            SceneNumber = known.SceneNumber,
            Keyword = known.Keyword,
            SceneImagePath = found.Still,
            KeywordMaskPath = found.Mask,
            AttentionHeatmapPath = found.Heatmap ?? known.AttentionHeatmapPath,
            Filename = Path.GetFileName(found.Still),
        };
        return [.. variants.Select(v => v with { Scene = scene })];
    }

    /// <summary>Reads A' of one scene, [Height,Width], 0..1.</summary>
    /// <exception cref="BadDataException">The file is damaged or of another size.</exception>
    public float[] ReadMap(VariantScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        string subject = $"Map '{scene.AttentionMapPath}'";
        if (!File.Exists(scene.AttentionMapPath)) throw BadDataException.For(subject, "no such file", "the map of a finished set",
            "Make the variants again.");
        using SafetensorsFile file = SafetensorsFile.Open(scene.AttentionMapPath);
        if (!file.Infos.TryGetValue(VariantFiles.Tensor, out WeightInfo? info) || !info.Shape.SequenceEqual([Height, Width]))
            throw BadDataException.For(subject, info is null ? "other tensors" : $"a map [{string.Join(", ", info.Shape)}]",
                FormattableString.Invariant($"'{VariantFiles.Tensor}' [{Height}, {Width}]"), "Make the variants again.");
        return file.ReadFloats(VariantFiles.Tensor);
    }

    // The rows of one variant's table.
    internal static IEnumerable<VariantScene> Rows(string folder, Variant variant)
    {
        string path = VariantFiles.Csv(folder, variant);
        if (!File.Exists(path)) throw BadDataException.For($"'{path}'", "no such file", "the variant's table", "Make the variants again.");
        using CsvTable table = CsvTable.Open(path, "The variant's table", VariantFiles.Columns, multiline: true);
        for (int index = 0; table.Next(); index++) yield return Row(table, path, folder, variant, index);
    }

    static VariantScene Row(CsvTable table, string path, string folder, Variant variant, int index)
    {
        BadDataException Bad(string found, string expected) =>
            BadDataException.For(FormattableString.Invariant($"'{path}', line {table.Line}"), found, expected, "Make the variants again.");
        double Number(int at) => double.TryParse(table[at], NumberStyles.Float, CultureInfo.InvariantCulture, out double v)
            && double.IsFinite(v) ? v : throw Bad($"'{SafePath.Shorten(table[at])}' as {VariantFiles.Columns[at]}", "a number");

        int first = ValidScenesCsv.Columns.Count;
        int window = TemporalWindows.Names.ToList().IndexOf(table[first + 1]);
        if (SafePath.Why(table[0]) is { } why) throw Bad($"the video id '{SafePath.Shorten(table[0])}', but {why}", "a plain name");
        if (table[first] != variant.Name || window < 0)
            throw Bad($"variant '{SafePath.Shorten(table[first])}', window '{SafePath.Shorten(table[first + 1])}'",
                $"{variant.Name} and a window");
        if (!int.TryParse(table[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            throw Bad($"scene number '{SafePath.Shorten(table[1])}'", "a number");
        var scene = new SceneRecord
        {
            VideoId = table[0],
            SceneNumber = number,
            Keyword = table[2],
            SceneImagePath = table[3],
            KeywordMaskPath = table[4],
            AttentionHeatmapPath = table[5],
            Filename = table[6],
        };
        // The table has full paths, for other tools. Here only the variant's name in them counts: a set may be moved, and no row leads out
        // of it.
        string owner = table[first + 3].Split('/', '\\') is [.., var name, VariantFiles.MapFolder, _] ? name : "";
        if (!Variant.Names.Contains(owner)) throw Bad($"the map '{SafePath.Shorten(table[first + 3])}'",
            $"…/{{variant}}/{VariantFiles.MapFolder}/{scene.SceneId}.safetensors");
        return new(scene, variant, index, window, VariantFiles.Jpeg(folder, variant, scene.SceneId),
            VariantFiles.Map(folder, Variant.Named(owner), scene.SceneId), table[first + 4], table[first + 5] == "true",
            Number(first + 6), Number(first + 7), Number(first + 8), Number(first + 9));
    }
}
