using Alignment.MLNet.Dataset;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet;

/// <summary>Editing scenes under a control.</summary>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// The whole chain of an experiment, as <c>alignment run</c> has it: over rows of scenes, from their files to the edited picture of
    /// each scene under each variant. The fitted chain can be saved by <c>ml.Model.Save</c> and written by <see cref="Jobs"/>'
    /// <c>RunExperiment</c>, in another process too.
    /// </summary>
    /// <param name="model">The folder of the model bundle.</param>
    /// <param name="options">Sizes, strengths and edits; null: the defaults.</param>
    public EstimatorChain<ITransformer> Experiment(string model, ExperimentOptions? options = null) =>
        ExperimentPipeline.Of(ModelBundle.Open(model), options ?? new());

    /// <summary>The scenes of a data folder that validation accepts, or of a valid_scenes.csv: one row a scene, the columns of
    /// that file.</summary>
    /// <exception cref="BadDataException">There is no such folder or file.</exception>
    public IDataView LoadScenes(string data) => SceneView.Of([.. VariantJob.Scenes(data, CancellationToken.None)]);

    /// <summary>
    /// Edits scenes with the bundle and options given: <c>image</c>, <c>control</c>, <c>keyword</c>, <c>video_id</c>, <c>scene_number</c> →
    /// <c>edited</c>, float [3,H,W] in 0..1. The fitted transformer is disposable: it holds the models.
    /// </summary>
    public EditSceneEstimator EditScene(EditSceneOptions options) => new(options);

    /// <summary>Marks where an edit may change the still: <c>keyword_mask_path</c>, <c>still_width</c>, <c>still_height</c> →
    /// <c>region</c>, the weight of the edit at each pixel, and <c>region_pixels</c>.</summary>
    public MarkRegionEstimator MarkRegion(MarkRegionOptions? options = null) => new(options ?? new());

    /// <summary>Puts the edit into the still: <c>still</c>, <c>region</c>, <c>edited</c> → <c>edited_image</c>, an image of the still's
    /// size.</summary>
    public CompositeEstimator Composite(CompositeOptions? options = null) => new(options ?? new());
}
