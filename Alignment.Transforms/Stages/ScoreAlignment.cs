using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="ScoreAlignmentEstimator"/>.</summary>
public sealed record ScoreAlignmentOptions : IStageOptions
{
    /// <summary>float vector, 0..1 – M.</summary>
    public string MaskColumn { get; init; } = SceneColumns.Mask;

    /// <summary>float vector as long as the mask, 0..1 – A (or A', to score a variant).</summary>
    public string HeatmapColumn { get; init; } = SceneColumns.Heatmap;

    /// <summary>float – mean(M ⊙ A).</summary>
    public string ScoreColumn { get; init; } = SceneColumns.AlignmentScore;

    /// <summary>float – Σ(M ⊙ A) / Σ A; 0 where there is no attention at all.</summary>
    public string ShareColumn { get; init; } = SceneColumns.AttentionShare;

    /// <summary>double [4] – both before they are rounded to float, then Σ(M ⊙ A) and ΣA.</summary>
    public string DetailColumn { get; init; } = SceneColumns.AttentionScore;

    /// <summary>Scores A' instead: <c>heatmap_modified</c> → <c>alignment_score_modified</c>, <c>attention_share_modified</c>,
    /// <c>attention_score_modified</c>.</summary>
    public static ScoreAlignmentOptions Modified { get; } = new()
    {
        HeatmapColumn = SceneColumns.HeatmapModified,
        ScoreColumn = SceneColumns.AlignmentScoreModified,
        ShareColumn = SceneColumns.AttentionShareModified,
        DetailColumn = SceneColumns.AttentionScoreModified,
    };
}

/// <summary>Scores how much attention falls on the product: the seed's alignment score and the attention share (see
/// <see cref="AttentionScore"/>).</summary>
public sealed class ScoreAlignmentEstimator : SceneEstimator<ScoreAlignmentTransformer>
{
    internal ScoreAlignmentEstimator(ScoreAlignmentOptions options) : base(new ScoreAlignmentTransformer(options)) { }
}

/// <inheritdoc cref="ScoreAlignmentEstimator"/>
public sealed class ScoreAlignmentTransformer : SceneTransformer<ScoreAlignmentOptions>
{
    internal const string Name = "ScoreAlignment";

    internal ScoreAlignmentTransformer(ScoreAlignmentOptions options) : base(Name, options) { }

    internal override void Describe(StageColumns columns)
    {
        var mask = columns.Floats(Options.MaskColumn);
        var heatmap = columns.Floats(Options.HeatmapColumn);
        columns.RequireSameLength(mask, heatmap);
        var score = StageColumns.Together<AttentionScore>([mask, heatmap], row =>
        {
            var m = row.Floats(mask);
            var a = row.Floats(heatmap);
            return () =>
            {
                try
                {
                    return AttentionScore.Of(a(), m());
                }
                catch (ArgumentException e)
                {
                    throw BadRow(row, e.Message, "a mask and a heatmap in 0..1", "Normalize the heatmap and binarize the mask first.", e);
                }
            };
        });
        columns.Make(Options.ScoreColumn, score, s => (float)s.Alignment);
        columns.Make(Options.ShareColumn, score, s => (float)s.Share);
        columns.MakeDoubles(Options.DetailColumn, score, s => [s.Alignment, s.Share, s.OnProduct, s.Total], 4);
    }
}
