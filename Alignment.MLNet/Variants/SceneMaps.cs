using Alignment.MLNet.Dataset;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Variants;

/// <summary>One scene's attention and mask, loaded as the catalog's stages load them (LoadMap, NormalizeHeatmap, BinarizeMask), so that embedded use sees the same maps.</summary>
sealed class SceneMaps : IDisposable
{
    static readonly float s_white = new LoadMapOptions().White;
    static readonly NormalizeHeatmapOptions s_normalize = new();

    readonly MapPool _pool;
    readonly List<float[]> _rented = [];

    SceneMaps(MapPool pool)
    {
        _pool = pool;
        (Attention, Mask) = (Rent(), Rent());
    }

    /// <summary>A [H,W], 0..1.</summary>
    public float[] Attention { get; }

    /// <summary>M [H,W], 0 or 1.</summary>
    public float[] Mask { get; }

    /// <summary>Reads a scene's maps into arrays of the pool; <see cref="Dispose"/> gives these back, and all that were made from them.</summary>
    public static SceneMaps Load(SceneRecord scene, VariantOptions options, MapPool pool)
    {
        var maps = new SceneMaps(pool);
        try
        {
            MapFile.Read(scene.AttentionHeatmapPath, options.Width, options.Height, maps.Attention, s_white);
            NormalizeHeatmapTransformer.Normalize(maps.Attention, s_normalize.Mode, s_normalize.LowPercentile, s_normalize.HighPercentile, maps.Attention);
            MapFile.Read(scene.KeywordMaskPath, options.Width, options.Height, maps.Mask);
            BinarizeMaskTransformer.Binarize(maps.Mask, options.MaskThreshold, maps.Mask);
            return maps;
        }
        catch
        {
            maps.Dispose();
            throw;
        }
    }

    /// <summary>One more map of the same size, for as long as these live.</summary>
    public float[] Rent()
    {
        float[] map = _pool.Rent();
        _rented.Add(map);
        return map;
    }

    public void Dispose()
    {
        foreach (float[] map in _rented) _pool.Return(map);
        _rented.Clear();
    }

    /// <summary>True when the product is in the scene.</summary>
    public bool HasProduct => Mask.AsSpan().ContainsAnyExcept(0f);
}

/// <summary>One changed map of a scene: what several variants may have in common.</summary>
/// <param name="Attention">A'; the very array of the scene where nothing was changed. Good as long as the scene's maps live.</param>
/// <param name="Clipped">Pixels cut at 1.</param>
/// <param name="Place">Where the placebo acts; null for the others.</param>
/// <param name="Strength">The placebo's strength; null for the others.</param>
/// <param name="Modified">True when a pixel differs from the scene's.</param>
sealed record SceneChange(float[] Attention, long Clipped, PlaceboPlacement? Place, double? Strength, bool Modified)
{
    /// <summary>
    /// The changes of all variants, in their order. Each is computed once: in any scene the boosts and the reduction either act alike or
    /// not at all, so that few of the variants differ.
    /// </summary>
    public static IReadOnlyList<SceneChange> All(SceneMaps maps, string sceneId, int window, VariantOptions options)
    {
        var byAlpha = new Dictionary<double, SceneChange>();
        return [.. Variant.All.Select(Of)];

        SceneChange Of(Variant variant)
        {
            double alpha = variant.Alpha(window, options.BoostAlpha, options.ReductionAlpha);
            if (variant.Target == VariantTarget.Background) return Background(maps, sceneId, alpha, options);
            if (!byAlpha.TryGetValue(alpha, out SceneChange? change)) byAlpha[alpha] = change = Product(maps, alpha, options);
            return change;
        }
    }

    static SceneChange Product(SceneMaps maps, double alpha, VariantOptions options)
    {
        if (alpha == 1) return new(maps.Attention, 0, null, null, false);
        float[] made = maps.Rent();
        return Made(maps, made, AttentionChange.Apply(maps.Attention, maps.Mask, alpha, options.PreserveMass, made).Clipped, null, null);
    }

    static SceneChange Background(SceneMaps maps, string sceneId, double alpha, VariantOptions options)
    {
        float[] made = maps.Rent();
        PlaceboPlacement place = PlaceboRegion.Find(maps.Attention, maps.Mask, options.Width, options.Height, options.Seed, sceneId, alpha);
        PlaceboBalance balance = PlaceboChange.Apply(maps.Attention, maps.Mask, options.Width, options.Height, place, alpha, made);
        return Made(maps, made, 0, place, balance.Strength);
    }

    // A map that came out as it was is the scene's own array, so that whoever comes next need not compare again.
    static SceneChange Made(SceneMaps maps, float[] made, long clipped, PlaceboPlacement? place, double? strength)
    {
        bool modified = !made.AsSpan().SequenceEqual(maps.Attention);
        return new(modified ? made : maps.Attention, clipped, place, strength, modified);
    }
}
