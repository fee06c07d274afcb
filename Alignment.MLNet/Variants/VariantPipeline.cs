using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Variants;

// The first half of an experiment's chain: from the files of scenes to the attention of each scene under each variant.
static class VariantPipeline
{
    /// <summary>Rows of scenes become rows of scene × variant: M, A, A', the control's id, the scores of both, the placebo's
    /// place.</summary>
    /// <param name="options">Sizes and strengths.</param>
    /// <param name="before">Stages that come first; null for none.</param>
    public static EstimatorChain<ITransformer> Of(VariantOptions options, EstimatorChain<ITransformer>? before = null) =>
        (before ?? new())
            .Append<ITransformer>(new LoadMapEstimator(new() { Width = options.Width, Height = options.Height }))
            .Append<ITransformer>(new NormalizeHeatmapEstimator(new()))
            .Append<ITransformer>(new LoadMapEstimator(LoadMapOptions.Mask with { Width = options.Width, Height = options.Height }))
            .Append<ITransformer>(new BinarizeMaskEstimator(new() { Threshold = options.MaskThreshold }))
            .Append<ITransformer>(new ScoreAlignmentEstimator(new()))
            .Append<ITransformer>(new AssignTemporalWindowEstimator(new()))
            .Append<ITransformer>(new ExpandVariantsEstimator(new()))
            .Append<ITransformer>(new ModifyAttentionEstimator(new()
            {
                BoostAlpha = options.BoostAlpha,
                ReductionAlpha = options.ReductionAlpha,
                PreserveMass = options.PreserveMass,
                Seed = options.Seed,
            }))
            .Append<ITransformer>(new ScoreAlignmentEstimator(ScoreAlignmentOptions.Modified));
}
