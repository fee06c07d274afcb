using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="LoadMapEstimator"/>. The defaults load heatmaps; <see cref="Mask"/> loads masks.</summary>
public sealed record LoadMapOptions : IStageOptions
{
    /// <summary>text – the path of a grey PNG or JPEG (colour is turned to grey) or of a lossless map; or a text vector of such paths, one
    /// for each variant.</summary>
    public string InputColumn { get; init; } = SceneColumns.AttentionHeatmapPath;

    /// <summary>text – the variant whose path of a vector is read.</summary>
    public string VariantColumn { get; init; } = SceneColumns.Variant;

    /// <summary>float [Height,Width], 0 to <see cref="White"/>.</summary>
    public string OutputColumn { get; init; } = SceneColumns.HeatmapRaw;

    /// <summary>Pixels across after resizing.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Pixels down after resizing.</summary>
    public int Height { get; init; } = 512;

    /// <summary>The value of white: 255 gives values as an 8-bit file stores them (a 16-bit file keeps its fractions), 1 gives
    /// 0..1.</summary>
    public float White { get; init; } = 255f;

    /// <summary>Most pixels a file may have; checked on its header.</summary>
    public long MaxPixels { get; init; } = PictureLimits.DefaultMaxPixels;

    /// <summary>Keyword masks: <c>keyword_mask_path</c> to <c>mask_soft</c>, 0..1.</summary>
    public static LoadMapOptions Mask { get; } = new()
    {
        InputColumn = SceneColumns.KeywordMaskPath,
        OutputColumn = SceneColumns.MaskSoft,
        White = 1f
    };

    /// <summary>The maps of a variant set: <c>attention_map_paths</c>, <c>variant</c> to <c>heatmap_modified</c>, 0..1.</summary>
    public static LoadMapOptions Variants { get; } = new()
    {
        InputColumn = SceneColumns.AttentionMapPaths,
        OutputColumn = SceneColumns.HeatmapModified,
        White = 1f
    };

    /// <inheritdoc/>
    public void Check()
    {
        this.RequireSize(Width, Height);
        this.RequirePixels(MaxPixels);
        if (!(White > 0f && float.IsFinite(White)))
            throw UsageException.For("LoadMap: White", FormattableString.Invariant($"{White}"), "a finite number above 0",
                "255 for heatmaps, 1 for masks.");
    }
}

/// <summary>Loads grey maps – heatmaps, masks – and brings them to one size, at 16 bits where the file has them, area-averaged when
/// shrinking.</summary>
public sealed class LoadMapEstimator : SceneEstimator<LoadMapTransformer>
{
    internal LoadMapEstimator(LoadMapOptions options) : base(new LoadMapTransformer(options)) { }
}

/// <inheritdoc cref="LoadMapEstimator"/>
public sealed class LoadMapTransformer : SceneTransformer<LoadMapOptions>
{
    internal const string Name = "LoadMap";

    internal LoadMapTransformer(LoadMapOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        var source = columns.Find(Options.InputColumn, "text, or a text vector", t => t is TextDataViewType
            || t is VectorDataViewType { ItemType: TextDataViewType });
        StageInput? variant = source.Column.Type is VectorDataViewType ? columns.Text(Options.VariantColumn) : null;
        StageInput[] reads = variant is null ? [source] : [source, variant];
        var map = StageColumns.Together<float[]>(reads, row =>
        {
            var path = variant is null ? row.Text(source) : PathOf(row, source, variant);
            var limits = new PictureLimits { MaxPixels = Options.MaxPixels };
            float[] values = new float[Options.Height * Options.Width];
            (long, string)? read = null;
            return () =>
            {
                // Rows of a scene that follow each other often name the same file.
                (long, string) now = (row.Group, path());
                if (now == read) return values;
                read = null;
                MapFile.Read(now.Item2, Options.Width, Options.Height, values, Options.White, limits);
                read = now;
                return values;
            };
        });
        columns.MakeHeldFloats(Options.OutputColumn, [Options.Height, Options.Width], map, m => m);
    }

    Func<string> PathOf(StageRow row, StageInput paths, StageInput variant)
    {
        var (get, name) = (row.Getter<VBuffer<ReadOnlyMemory<char>>>(paths), row.Text(variant));
        VBuffer<ReadOnlyMemory<char>> values = default;
        return () =>
        {
            get(ref values);
            int at = Variant.Named(name()).Position;
            return at < values.Length ? values.GetItemOrDefault(at).ToString()
                : throw BadRow(row, FormattableString.Invariant($"{values.Length} paths in column '{paths.Name}'"),
                    $"one for each of {string.Join(", ", Variant.Names)}", "Make the variants again.");
        };
    }
}
