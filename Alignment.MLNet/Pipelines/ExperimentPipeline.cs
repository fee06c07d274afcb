using Alignment.MLNet.Editing;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Pipelines;

/// <summary>The whole chain of an experiment: from the files of scenes to the edited picture of each scene under each variant, with the
/// scores and comparisons on the way. <see cref="ExperimentJob"/> writes what it computes.</summary>
static class ExperimentPipeline
{
    /// <summary>Rows of scenes become rows of scene × variant.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="options">Sizes, strengths and edits.</param>
    public static EstimatorChain<ITransformer> Of(ModelBundle bundle, ExperimentOptions options)
    {
        options = options.Shared();
        EstimatorChain<ITransformer> controls = VariantPipeline.Of(options.Variants,
            EditChain.Scenes(options.Variants, options.Edit.Region)).Append<ITransformer>(new BuildControlEstimator(new()));
        return EditChain.AppendEdits(controls, bundle, new()
        {
            Bundle = bundle.Folder,
            BundleHash = bundle.Hash,
            Edit = options.Edit.Resolve(bundle),
        });
    }

    // The options of a run by a fitted chain: what the chain decides is the chain's.
    public static ExperimentOptions OptionsOf(EditChain chain, ExperimentOptions options)
    {
        LoadMapOptions map = chain.Options<LoadMapOptions>(o => o.OutputColumn == SceneColumns.HeatmapRaw);
        ModifyAttentionOptions change = chain.Options<ModifyAttentionOptions>();
        return options with
        {
            Width = map.Width,
            Height = map.Height,
            Edit = chain.Editor.Options.Edit,
            Variants = options.Variants with
            {
                BoostAlpha = change.BoostAlpha,
                ReductionAlpha = change.ReductionAlpha,
                PreserveMass = change.PreserveMass,
                Seed = change.Seed,
                MaskThreshold = chain.Options<BinarizeMaskOptions>().Threshold,
            },
        };
    }
}
