using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="BuildControlEstimator"/>.</summary>
public sealed record BuildControlOptions : IStageOptions
{
    /// <summary>float [H,W], 0 or 1 – M.</summary>
    public string MaskColumn { get; init; } = SceneColumns.Mask;

    /// <summary>float [H,W], 0..1 – A'.</summary>
    public string HeatmapColumn { get; init; } = SceneColumns.HeatmapModified;

    /// <summary>float [planes,H,W]: mask, attention.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Control;

    /// <summary>text – SHA-256 of the control and its size, as <c>ModifyAttention</c> gives it; null: none.</summary>
    public string? ControlIdColumn { get; init; }
}

/// <summary>Stacks mask and attention into the ControlNet's control [2,H,W]: M, then A', the order that the ControlNet was trained
/// with.</summary>
public sealed class BuildControlEstimator : SceneEstimator<BuildControlTransformer>
{
    internal BuildControlEstimator(BuildControlOptions options) : base(new BuildControlTransformer(options)) { }
}

/// <inheritdoc cref="BuildControlEstimator"/>
public sealed class BuildControlTransformer : SceneTransformer<BuildControlOptions>
{
    internal const string Name = "BuildControl";

    internal BuildControlTransformer(BuildControlOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        var mask = columns.Map(Options.MaskColumn);
        var heatmap = columns.Map(Options.HeatmapColumn);
        columns.RequireSameSize(mask, heatmap);
        var maps = StageColumns.Together<(float[] Mask, float[] Heatmap)>([mask, heatmap], row =>
        {
            var (m, a) = (row.Floats(mask), row.Floats(heatmap));
            return () => (m().ToArray(), a().ToArray());
        });
        columns.MakeFloats(Options.OutputColumn, [ControlStack.Channels, mask.Height, mask.Width], [mask, heatmap], row =>
        {
            var (m, a) = Maps(row);
            return to => ControlStack.Fill(m(), a(), to);
        });
        if (Options.ControlIdColumn is not { } column) return;
        var id = StageColumns.Together<string>([mask, heatmap], row =>
        {
            var (m, a) = Maps(row);
            return () => ControlStack.Hash(mask.Width, mask.Height, m(), a());
        });
        columns.Make(column, id, i => i.AsMemory());

        // Two columns that read the maps share what was read.
        (ReadFloats Mask, ReadFloats Heatmap) Maps(StageRow row)
        {
            if (Options.ControlIdColumn is null) return (row.Floats(mask), row.Floats(heatmap));
            var get = row.Once(maps);
            return (() => get().Mask, () => get().Heatmap);
        }
    }
}
