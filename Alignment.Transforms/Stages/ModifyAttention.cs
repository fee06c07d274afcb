using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML;

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

    /// <summary>The variant's name (<see cref="Attention.Variant.Names"/>).</summary>
    public string Variant { get; init; } = Attention.Variant.FullBoost.Name;

    /// <summary>What a boost multiplies the product's attention with (the placebo's region likewise).</summary>
    public double BoostAlpha { get; init; } = Attention.Variant.BoostAlpha;

    /// <summary>What the reduction multiplies it with.</summary>
    public double ReductionAlpha { get; init; } = Attention.Variant.ReductionAlpha;

    /// <summary>Solves the scaling so that ΣA' = ΣA even where clipping bites, instead of the seed's formula. The placebo always keeps the sum.</summary>
    public bool PreserveMass { get; init; }

    /// <summary>Decides, with the scene's id, where a placebo acts.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    public void Check()
    {
        if (Attention.Variant.Find(Variant ?? "") is null)
            throw UsageException.For("ModifyAttention: Variant", $"'{SafePath.Shorten(Variant ?? "")}'",
                string.Join(", ", Attention.Variant.Names), "Use one of these names.");
        StageCheck.Alpha("ModifyAttention: BoostAlpha", BoostAlpha);
        StageCheck.Alpha("ModifyAttention: ReductionAlpha", ReductionAlpha);
    }
}

/// <summary>
/// Modifies attention as one variant does: the product's attention times α in the scenes the variant acts in, the rest
/// rescaled (see <see cref="AttentionChange"/>), or the matched change on background for the placebo
/// (see <see cref="PlaceboChange"/>). Scenes it does not act in keep A bit for bit.
/// </summary>
public sealed class ModifyAttentionEstimator : SceneEstimator<ModifyAttentionTransformer>
{
    internal ModifyAttentionEstimator(ModifyAttentionOptions options) : base(new ModifyAttentionTransformer(options))
    {
    }
}

/// <inheritdoc cref="ModifyAttentionEstimator"/>
public sealed class ModifyAttentionTransformer : SceneTransformer<ModifyAttentionOptions>, IStageLoader
{
    internal const string Name = "ModifyAttention";

    readonly Variant _variant;

    internal ModifyAttentionTransformer(ModifyAttentionOptions options) : base(Name, options) => _variant = Variant.Named(options.Variant);

    static ITransformer IStageLoader.Load(BinaryReader from) => new ModifyAttentionTransformer(StageModel.ReadOptions<ModifyAttentionOptions>(from, Name, StageModel.FirstVersion));

    internal override void Describe(StageColumns columns)
    {
        var heatmap = columns.Map(Options.HeatmapColumn);
        if (_variant.Strength == VariantStrength.None)
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
        StageInput? window = _variant.Window is null ? null : columns.Int(Options.TemporalWindowColumn);
        StageInput[] read = window is { } w ? [heatmap, mask, w] : [heatmap, mask];
        Func<StageRow, Func<double>> alpha = row => Alpha(row, window);
        if (_variant.Target == VariantTarget.Background)
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

    /// <summary>What the target's attention of a row's scene is multiplied with.</summary>
    Func<double> Alpha(StageRow row, StageInput? window)
    {
        if (window is not { } column)
        {
            double everywhere = _variant.Alpha(0, Options.BoostAlpha, Options.ReductionAlpha);
            return () => everywhere;
        }
        var read = row.Int(column);
        return () => read() is >= 0 and < TemporalWindows.Count and var w ? _variant.Alpha(w, Options.BoostAlpha, Options.ReductionAlpha)
            : throw BadRow(row, FormattableString.Invariant($"temporal window {read()}"), "0, 1 or 2",
                "Assign windows with a model fitted on all scenes of the video.");
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
        var (videoId, number) = (row.Text(video), row.Int(scene));
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

    void Checked(StageRow row, Span<float> to, FillFloats formula)
    {
        try
        {
            formula(to);
        }
        catch (ArgumentException e)
        {
            throw BadRow(row, e.Message, "a mask and a heatmap in 0..1", "Normalize the heatmap and binarize the mask first.", e);
        }
    }
}
