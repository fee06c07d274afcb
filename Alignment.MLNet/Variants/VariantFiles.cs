using System.Text.Json.Serialization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Variants;

/// <summary>
/// Where the variants' files lie:
/// <code>
/// {out}/variants_v3/manifest.json, statistics.json
/// {out}/variants_v3/{video_id}/manifest.json, statistics.json
/// {out}/variants_v3/{video_id}/{variant}/{variant}_scenes.csv
/// {out}/variants_v3/{video_id}/{variant}/attention_heatmap/{video_id}-Scene-{n:000}.jpg           8 bits, for people
/// {out}/variants_v3/{video_id}/{variant}/attention_heatmap/{video_id}-Scene-{n:000}.safetensors   float32 "attention" [H,W]
/// </code>
/// A lossless map that an earlier variant of the scene has already is not written again; the CSV names that file.
/// </summary>
static class VariantFiles
{
    public const string Folder = Layout.Variants, Manifest = "manifest.json", Statistics = "statistics.json", MapFolder = Layout.Heatmaps,
        Tensor = "attention";

    /// <summary>Raised when files or their meaning change, so that older ones are made anew.</summary>
    public const int Format = 3;

    public static readonly JsonSerializerOptions Json = JsonStyle.Record;

    /// <summary>The columns of <c>{variant}_scenes.csv</c>: those of valid_scenes.csv, then what the variant did.</summary>
    public static readonly string[] Columns =
    [
        .. ValidScenesCsv.Columns, "variant", "temporal_window", "modified_heatmap_path", "attention_map_path", "control_hash", "modified",
        "alignment_score_before", "alignment_score_after", "attention_share_before", "attention_share_after", "attention_sum_before",
            "attention_sum_after",
        "clipped_pixels", "placebo_dx", "placebo_dy", "placebo_coverage", "placebo_attention_ratio", "placebo_strength",
        "attention_origin",
    ];

    /// <summary>The tree itself, whether the folder above it was given or it was.</summary>
    public static string Root(string directory)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        return Path.GetFileName(full) == Folder ? full : Path.Combine(full, Folder);
    }

    public static string Video(string root, string videoId) => SafePath.Under(root, videoId);

    public static string Csv(string video, Variant variant) => Path.Combine(video, variant.Name, variant.Name + "_scenes.csv");

    public static string Maps(string video, Variant variant) => Path.Combine(video, variant.Name, MapFolder);

    public static string Jpeg(string video, Variant variant, string sceneId) => Path.Combine(Maps(video, variant), sceneId + ".jpg");

    public static string Map(string video, Variant variant, string sceneId) => Path.Combine(Maps(video, variant), sceneId + ".safetensors");

    /// <summary>Reads a statistics.json, by variant's name.</summary>
    /// <exception cref="BadDataException">It cannot be read, or is not whole.</exception>
    public static IReadOnlyDictionary<string, VariantStatistics> ReadStatistics(string path)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Dictionary<string, VariantStatistics>>(File.ReadAllBytes(path), Json);
            return read is not null && read.Values.All(s => s is
            {
                Alignment: not null, AttentionShare: not null, TemporalProfile: not null,
                WindowMeans: not null
            }) ? read
                : throw BadDataException.For($"'{path}'", "statistics with parts missing", "the file as it was written",
                "Run 'alignment variants' again.");
        }
        catch (JsonException e)
        {
            throw BadDataException.For($"'{path}'", "text that is not its JSON", "the file as it was written",
                "Run 'alignment variants' again.", e);
        }
    }
}

// manifest.json of one video. Written last: where it is, everything else is.
sealed record VideoManifest
{
    public int Format { get; init; }
    public string ToolVersion { get; init; } = "";
    public string VideoId { get; init; } = "";
    /// <summary>SHA-256 over format, options and inputs: equal keys give equal files.</summary>
    public string Key { get; init; } = "";
    public ManifestOptions Options { get; init; } = new();
    public IReadOnlyList<InputHashes> Inputs { get; init; } = [];
    /// <summary>Where the scenes' attention comes from: measured, predicted, or not known.</summary>
    public ProvenanceCounts AttentionOrigin =>
        ProvenanceCounts.Of(Inputs.Select(i => i.AttentionOrigin ?? Alignment.MLNet.Dataset.HeatmapProvenance.Provided));
    public IReadOnlyDictionary<string, VariantCounts> Variants { get; init; } = new Dictionary<string, VariantCounts>();
    /// <summary>Different controls over all scenes and variants: the number of edits.</summary>
    public int DistinctControls { get; init; }
    /// <summary>Scenes whose placebo region has not the product's full size and strength, with a product to match.</summary>
    public int PartialPlacebos { get; init; }
    public int ScenesWithoutProduct { get; init; }
}

// The options as a manifest holds them.
sealed record ManifestOptions
{
    public double BoostAlpha { get; init; }
    public double ReductionAlpha { get; init; }
    public bool PreserveMass { get; init; }
    public int Width { get; init; }
    public int Height { get; init; }
    public ulong Seed { get; init; }
    public float MaskThreshold { get; init; }

    public static ManifestOptions Of(VariantOptions o) => new()
    {
        BoostAlpha = o.BoostAlpha,
        ReductionAlpha = o.ReductionAlpha,
        PreserveMass = o.PreserveMass,
        Width = o.Width,
        Height = o.Height,
        Seed = o.Seed,
        MaskThreshold = o.MaskThreshold,
    };
}

// SHA-256 of a scene's inputs, and where its attention comes from: null where it was provided.
sealed record InputHashes(int SceneNumber, string Keyword, string Still, string KeywordMask, string AttentionHeatmap,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] HeatmapProvenance? AttentionOrigin = null);

/// <summary>What a variant is made of.</summary>
/// <param name="Scenes">All scenes of the video.</param>
/// <param name="Modified">Those whose attention differs from the baseline's.</param>
/// <param name="DistinctControls">Those whose control no earlier variant has: the edits this variant adds.</param>
public sealed record VariantCounts(int Scenes, int Modified, int DistinctControls)
{
    internal VariantCounts Plus(VariantCounts other) =>
        new(Scenes + other.Scenes, Modified + other.Modified, DistinctControls + other.DistinctControls);
}
