using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.MLNet.Variants;

/// <summary>The first half of an experiment's chain: from the files of scenes to the attention of each scene under each variant.</summary>
static class VariantPipeline
{
    /// <summary>Rows of scenes become rows of scene × variant: M, A, A', the control's id, the scores of both, the placebo's
    /// place.</summary>
    public static EstimatorChain<ScoreAlignmentTransformer> Of(VariantOptions options) => new EstimatorChain<ITransformer>()
        .Append(new LoadMapEstimator(new() { Width = options.Width, Height = options.Height }))
        .Append(new NormalizeHeatmapEstimator(new()))
        .Append(new LoadMapEstimator(LoadMapOptions.Mask with { Width = options.Width, Height = options.Height }))
        .Append(new BinarizeMaskEstimator(new() { Threshold = options.MaskThreshold }))
        .Append(new ScoreAlignmentEstimator(new()))
        .Append(new AssignTemporalWindowEstimator(new()))
        .Append(new ExpandVariantsEstimator(new()))
        .Append(new ModifyAttentionEstimator(new()
        {
            BoostAlpha = options.BoostAlpha,
            ReductionAlpha = options.ReductionAlpha,
            PreserveMass = options.PreserveMass,
            Seed = options.Seed,
        }))
        .Append(new ScoreAlignmentEstimator(ScoreAlignmentOptions.Modified));
}
