using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML;

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

    /// <inheritdoc/>
    public void Check()
    {
    }
}

/// <summary>Stacks mask and attention into the ControlNet's control [2,H,W]: M, then A', the order that the ControlNet was trained
/// with.</summary>
public sealed class BuildControlEstimator : SceneEstimator<BuildControlTransformer>
{
    internal BuildControlEstimator(BuildControlOptions options) : base(new BuildControlTransformer(options))
    {
    }
}

/// <inheritdoc cref="BuildControlEstimator"/>
public sealed class BuildControlTransformer : SceneTransformer<BuildControlOptions>, IStageLoader
{
    internal const string Name = "BuildControl";

    internal BuildControlTransformer(BuildControlOptions options) : base(Name, options)
    {
    }

    static ITransformer IStageLoader.Load(BinaryReader from) =>
        new BuildControlTransformer(StageModel.ReadOptions<BuildControlOptions>(from, Name, StageModel.FirstVersion));

    internal override void Describe(StageColumns columns)
    {
        var mask = columns.Map(Options.MaskColumn);
        var heatmap = columns.Map(Options.HeatmapColumn);
        columns.RequireSameSize(mask, heatmap);
        columns.MakeFloats(Options.OutputColumn, [ControlStack.Channels, mask.Height, mask.Width], [mask, heatmap], row =>
        {
            var (m, a) = (row.Floats(mask), row.Floats(heatmap));
            return to => ControlStack.Fill(m(), a(), to);
        });
    }
}
