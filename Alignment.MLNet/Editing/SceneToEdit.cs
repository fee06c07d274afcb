using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Editing;

/// <summary>A scene as the editor takes it: the still, the mask, and one attention map for each variant.</summary>
/// <param name="VideoId">The video.</param>
/// <param name="SceneId">The scene.</param>
/// <param name="Keyword">The product, for the prompt.</param>
/// <param name="StillPath">Full path.</param>
/// <param name="MaskPath">Full path.</param>
/// <param name="Maps">In the variants' order; variants that leave a scene alone refer to the baseline's map.</param>
sealed record SceneToEdit(string VideoId, string SceneId, string Keyword, string StillPath, string MaskPath, IReadOnlyList<VariantMap> Maps)
{
    /// <summary>Where the heatmap behind the maps comes from. It decides no pixel, so nothing is edited again for it.</summary>
    public HeatmapProvenance Attention { get; init; } = HeatmapProvenance.Provided;
}

/// <summary>Where a variant's attention map is, and the hash of the control it makes where that was recorded.</summary>
readonly record struct VariantMap(string Variant, string Path, string? ControlHash = null);

/// <summary>A variant set as the editor reads it: streamed, twice.</summary>
interface IScenesToEdit
{
    IReadOnlyList<string> Variants { get; }

    /// <summary>Of every map, in pixels.</summary>
    int Width { get; }

    int Height { get; }

    /// <summary>Where the scenes' attention comes from.</summary>
    ProvenanceCounts AttentionOrigin => ProvenanceCounts.None;

    /// <summary>Scenes by video, then by number.</summary>
    IEnumerable<SceneToEdit> Scenes();

    /// <summary>The same with those of videos that are not to be edited now.</summary>
    IEnumerable<SceneToEdit> All() => Scenes();

    /// <summary>M [height,width], 0 or 1: at the maps' size the one they were computed with.</summary>
    float[] ReadMask(SceneToEdit scene, int width, int height);

    /// <summary>A' [H,W] in 0..1.</summary>
    float[] ReadAttention(string path);
}
