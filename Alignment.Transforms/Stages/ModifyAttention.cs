using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="ModifyAttentionEstimator"/>.</summary>
public sealed record ModifyAttentionOptions : IStageOptions
{
    /// <summary>float [H,W], 0..1 – A.</summary>
    public string HeatmapColumn { get; init; } = SceneColumns.Heatmap;

    /// <summary>float [H,W], 0 or 1 – M. Not read for the baseline.</summary>
    public string MaskColumn { get; init; } = SceneColumns.Mask;

    /// <summary>int32 – 0 early, 1 middle, 2 late. Read only for variants that act in one window.</summary>
    public string TemporalWindowColumn { get; init; } = SceneColumns.TemporalWindow;

    /// <summary>text – with the scene's number the key of the placebo's draws; read for nothing else.</summary>
    public string VideoIdColumn { get; init; } = SceneColumns.VideoId;

    /// <summary>int32 – the scene's number.</summary>
    public string SceneNumberColumn { get; init; } = SceneColumns.SceneNumber;

    /// <summary>float [H,W], 0..1 – A'.</summary>
    public string OutputColumn { get; init; } = SceneColumns.HeatmapModified;

    /// <summary>The name of one variant for every row; null: the one that <see cref="VariantColumn"/> names. Of one variant only
    /// <see cref="OutputColumn"/> is made.</summary>
    public string? Variant { get; init; }

    /// <summary>text – the variant's name, read where <see cref="Variant"/> is null.</summary>
    public string VariantColumn { get; init; } = SceneColumns.Variant;

    /// <summary>text – SHA-256 of the control [M, A'] and its size: equal controls, equal ids.</summary>
    public string ControlIdColumn { get; init; } = SceneColumns.ControlId;

    /// <summary>bool – whether A' differs from A.</summary>
    public string ModifiedColumn { get; init; } = SceneColumns.Modified;

    /// <summary>int64 – pixels cut off at 1.</summary>
    public string ClippedColumn { get; init; } = SceneColumns.ClippedPixels;

    /// <summary>int32 – columns the placebo's region lies to the right of the product; 0 for other variants.</summary>
    public string PlaceboDxColumn { get; init; } = SceneColumns.PlaceboDx;

    /// <summary>int32 – rows it lies below the product.</summary>
    public string PlaceboDyColumn { get; init; } = SceneColumns.PlaceboDy;

    /// <summary>double – the part of the product's area that the region has, 0 where there is none; NaN for other variants.</summary>
    public string PlaceboCoverageColumn { get; init; } = SceneColumns.PlaceboCoverage;

    /// <summary>double – the region's attention over the product's; NaN where there is none.</summary>
    public string PlaceboRatioColumn { get; init; } = SceneColumns.PlaceboAttentionRatio;

    /// <summary>double – the part of the placebo's change that the background could bear, 0..1; NaN for other variants.</summary>
    public string PlaceboStrengthColumn { get; init; } = SceneColumns.PlaceboStrength;

    /// <summary>What a boost multiplies the product's attention with (the placebo's region likewise).</summary>
    public double BoostAlpha { get; init; } = Attention.Variant.BoostAlpha;

    /// <summary>What the reduction multiplies it with.</summary>
    public double ReductionAlpha { get; init; } = Attention.Variant.ReductionAlpha;

    /// <summary>Solves the scaling so that ΣA' = ΣA even where clipping bites, instead of the seed's formula. The placebo always keeps the
    /// sum.</summary>
    public bool PreserveMass { get; init; }

    /// <summary>Decides, with the scene's id, where a placebo acts.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    public void Check()
    {
        this.Require($"'{SafePath.Shorten(Variant ?? "")}'", Variant is null || Attention.Variant.Find(Variant) is not null,
            string.Join(", ", Attention.Variant.Names), "Use one of these names, or null for that of each row.", nameof(Variant));
        this.Require(BoostAlpha, BoostAlpha >= 0 && double.IsFinite(BoostAlpha), "a finite number, 0 or more",
            "1 changes nothing, 1.5 is the usual boost.");
        this.Require(ReductionAlpha, ReductionAlpha >= 0 && double.IsFinite(ReductionAlpha), "a finite number, 0 or more",
            "1 changes nothing, 0.5 is the usual reduction.");
    }
}

/// <summary>
/// Modifies attention as one variant does, or each row as its own variant does: the product's attention times α in the scenes the variant
/// acts in, the rest rescaled (see <see cref="AttentionChange"/>), or the matched change on background for the placebo
/// (see <see cref="PlaceboChange"/>). Scenes it does not act in keep A bit for bit.
/// </summary>
public sealed class ModifyAttentionEstimator : SceneEstimator<ModifyAttentionTransformer>
{
    internal ModifyAttentionEstimator(ModifyAttentionOptions options) : base(new ModifyAttentionTransformer(options)) { }
}

/// <inheritdoc cref="ModifyAttentionEstimator"/>
public sealed class ModifyAttentionTransformer : SceneTransformer<ModifyAttentionOptions>
{
    internal const string Name = "ModifyAttention";

    internal ModifyAttentionTransformer(ModifyAttentionOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        if (Options.Variant is { } name) DescribeOne(columns, Variant.Named(name));
        else DescribeEach(columns);
    }

    // Every row under the variant that its column names.
    void DescribeEach(StageColumns columns)
    {
        var (heatmap, mask) = (columns.Map(Options.HeatmapColumn), columns.Map(Options.MaskColumn));
        columns.RequireSameSize(mask, heatmap);
        var (variant, window) = (columns.Text(Options.VariantColumn), columns.Int(Options.TemporalWindowColumn));
        var (video, number) = (columns.Text(Options.VideoIdColumn), columns.Int(Options.SceneNumberColumn));
        StageInput[] reads = [heatmap, mask, variant, window, video, number];
        var changes = StageColumns.Together<SceneChanges>([heatmap, mask], row =>
        {
            var scene = new SceneChanges(row.Floats(heatmap), row.Floats(mask), heatmap.Width, heatmap.Height, Options);
            return () => scene.Of(row.Group);
        });
        var change = StageColumns.Together<SceneChange>(reads, row =>
        {
            var scene = row.Once(changes);
            var (name, w) = (row.Text(variant), row.Value<int>(window));
            var (id, n) = (row.Text(video), row.Value<int>(number));
            return () => Checked(row, () => scene().Under(Variant.Named(name()), Window(row, w()), () => SceneId.Of(id(), n())));
        });
        columns.MakeHeldFloats(Options.OutputColumn, heatmap.Dimensions, change, c => c.Attention);
        var control = StageColumns.Together<string>(reads, row =>
        {
            var (scene, get) = (row.Once(changes), row.Once(change));
            return () => scene().ControlId(get());
        });
        columns.Make(Options.ControlIdColumn, control, id => id.AsMemory());
        columns.Make(Options.ModifiedColumn, change, c => c.Modified);
        columns.Make(Options.ClippedColumn, change, c => c.Clipped);
        columns.Make(Options.PlaceboDxColumn, change, c => c.Place?.Dx ?? 0);
        columns.Make(Options.PlaceboDyColumn, change, c => c.Place?.Dy ?? 0);
        columns.Make(Options.PlaceboCoverageColumn, change, c => c.Place?.Coverage ?? double.NaN);
        columns.Make(Options.PlaceboRatioColumn, change,
            c => c.Place is { Exists: true, ProductAttention: > 0 } p ? p.RegionAttention / p.ProductAttention : double.NaN);
        columns.Make(Options.PlaceboStrengthColumn, change, c => c.Strength ?? double.NaN);
    }

    void DescribeOne(StageColumns columns, Variant variant)
    {
        var heatmap = columns.Map(Options.HeatmapColumn);
        if (variant.Strength == VariantStrength.None)
        {
            columns.MakeFloats(Options.OutputColumn, heatmap.Dimensions, [heatmap], row =>
            {
                var read = row.Floats(heatmap);
                return to => read().CopyTo(to);
            });
            return;
        }

        var mask = columns.Map(Options.MaskColumn);
        columns.RequireSameSize(mask, heatmap);
        StageInput? window = variant.Window is null ? null : columns.Int(Options.TemporalWindowColumn);
        StageInput[] read = window is { } w ? [heatmap, mask, w] : [heatmap, mask];
        Func<StageRow, Func<double>> alpha = row => Alpha(row, variant, window);
        if (variant.Target == VariantTarget.Background)
        {
            var video = columns.Text(Options.VideoIdColumn);
            var scene = columns.Int(Options.SceneNumberColumn);
            columns.MakeFloats(Options.OutputColumn, heatmap.Dimensions, [.. read, video, scene],
                row => Background(row, heatmap, mask, video, scene, alpha(row)));
        }
        else
        {
            columns.MakeFloats(Options.OutputColumn, heatmap.Dimensions, read, row => Product(row, heatmap, mask, alpha(row)));
        }
    }

    // What the target's attention of a row's scene is multiplied with.
    Func<double> Alpha(StageRow row, Variant variant, StageInput? window)
    {
        if (window is not { } column)
        {
            double everywhere = variant.Alpha(0, Options.BoostAlpha, Options.ReductionAlpha);
            return () => everywhere;
        }
        var read = row.Value<int>(column);
        return () => variant.Alpha(Window(row, read()), Options.BoostAlpha, Options.ReductionAlpha);
    }

    FillFloats Product(StageRow row, StageInput heatmap, StageInput mask, Func<double> alpha)
    {
        var (a, m) = (row.Floats(heatmap), row.Floats(mask));
        return to =>
        {
            double times = alpha();
            // A scene the variant does not act in needs no mask: its column is left unread.
            if (times == 1) a().CopyTo(to);
            else Checked(row, to, t => AttentionChange.Apply(a(), m(), times, Options.PreserveMass, t));
        };
    }

    FillFloats Background(StageRow row, StageInput heatmap, StageInput mask, StageInput video, StageInput scene, Func<double> alpha)
    {
        var (a, m) = (row.Floats(heatmap), row.Floats(mask));
        var (videoId, number) = (row.Text(video), row.Value<int>(scene));
        return to =>
        {
            double times = alpha();
            Checked(row, to, t =>
            {
                var attention = a();
                var product = m();
                string id = SceneId.Of(videoId(), number());
                var place = PlaceboRegion.Find(attention, product, heatmap.Width, heatmap.Height, Options.Seed, id, times);
                PlaceboChange.Apply(attention, product, heatmap.Width, heatmap.Height, place, times, t);
            });
        };
    }

    int Window(StageRow row, int window) => window is >= 0 and < TemporalWindows.Count ? window
        : throw BadRow(row, FormattableString.Invariant($"temporal window {window}"), "0, 1 or 2",
        "Assign windows with a model fitted on all scenes of the video.");

    void Checked(StageRow row, Span<float> to, FillFloats formula)
    {
        try
        {
            formula(to);
        }
        catch (ArgumentException e)
        {
            throw NotInRange(row, e);
        }
    }

    T Checked<T>(StageRow row, Func<T> formula)
    {
        try
        {
            return formula();
        }
        catch (ArgumentException e)
        {
            throw NotInRange(row, e);
        }
    }

    BadDataException NotInRange(StageRow row, ArgumentException e) =>
        BadRow(row, e.Message, "a mask and a heatmap in 0..1", "Normalize the heatmap and binarize the mask first.", e);
}
