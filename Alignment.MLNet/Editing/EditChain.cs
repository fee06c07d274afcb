using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.MLNet.Editing;

/// <summary>
/// The second half of an experiment's chain: from scenes and the attention of their variants to edited pictures. It has two parts. What
/// comes before the editor is cheap and says which edits are missing; the editor and what follows it see only those.
/// </summary>
/// <param name="before">Fitted stages that make <c>still</c>, <c>region</c>, <c>image</c>, <c>control</c> and <c>control_id</c>.</param>
/// <param name="after">The editor and what follows it, given the edits to be made in all.</param>
sealed class EditChain(IReadOnlyList<ITransformer> before, Func<long, IReadOnlyList<ITransformer>> after)
{
    /// <summary>The stages before variants: what they make is made once a scene.</summary>
    static EstimatorChain<ITransformer> Scenes(int width, int height, float maskThreshold, EditRegionOptions region) =>
        new EstimatorChain<ITransformer>()
            .Append<ITransformer>(new LoadStillEstimator(new()))
            .Append<ITransformer>(new MarkRegionEstimator(new() { Threshold = maskThreshold, Region = region }))
            .Append<ITransformer>(new SizeImageEstimator(new() { Width = width, Height = height }));

    /// <summary>The chain over a set whose maps are on disk, up to the editor.</summary>
    public static EstimatorChain<ITransformer> Controls(int width, int height, float maskThreshold, EditRegionOptions region,
        IReadOnlyList<string>? variants = null) => Scenes(width, height, maskThreshold, region)
            .Append<ITransformer>(new LoadMapEstimator(LoadMapOptions.Mask with { Width = width, Height = height }))
            .Append<ITransformer>(new BinarizeMaskEstimator(new() { Threshold = maskThreshold }))
            .Append<ITransformer>(new ExpandVariantsEstimator(new() { Variants = variants ?? Variant.Names }))
            .Append<ITransformer>(new LoadMapEstimator(LoadMapOptions.Variants with { Width = width, Height = height }))
            .Append<ITransformer>(new BuildControlEstimator(new() { ControlIdColumn = SceneColumns.ControlId }));

    /// <summary>The editor, the picture it gives, and how that differs from the still.</summary>
    public static EstimatorChain<ITransformer> Edits(EditSceneOptions edit) => new EstimatorChain<ITransformer>()
        .Append<ITransformer>(new EditSceneEstimator(edit with
        {
            RegionPixelsColumn = SceneColumns.RegionPixels,
            SecondsColumn = SceneColumns.EditSeconds,
        }))
        .Append<ITransformer>(new CompositeEstimator(new()))
        .Append<ITransformer>(new ComparePicturesEstimator(Compared with { Bundle = edit.Bundle }));

    /// <summary>The still with the edited picture, inside the region.</summary>
    static ComparePicturesOptions Compared { get; } = new()
    {
        BeforeColumn = SceneColumns.Still,
        AfterColumn = SceneColumns.EditedImage,
        RegionColumn = SceneColumns.Region,
    };

    /// <summary>The stages that follow an editor without a bundle.</summary>
    public static IReadOnlyList<ITransformer> AfterEditor { get; } =
        [new CompositeTransformer(new()), ComparePicturesTransformer.Open(Compared)];

    /// <summary>The chain of an edit with a bundle, over a set whose maps are on disk.</summary>
    public static EditChain Of(ModelBundle bundle, EditJobOptions options, int width, int height, float maskThreshold,
        IReadOnlyList<string> variants)
    {
        IDataView none = SetView.Of([]);
        TransformerChain<ITransformer> controls = Controls(width, height, maskThreshold, options.Edit.Region, variants).Fit(none);
        return new([.. controls], edits => [.. Edits(new()
        {
            Bundle = bundle.Folder,
            BundleHash = bundle.Hash,
            Edit = options.Edit,
            Ahead = options.Ahead,
            PreviewInterval = options.PreviewEvery,
            ExpectedEdits = edits,
        }).Fit(controls.Transform(none))]);
    }

    /// <summary>Rows of scene × variant with their controls.</summary>
    public IDataView ControlsOf(IDataView scenes) => before.Aggregate(scenes, (view, stage) => stage.Transform(view));

    /// <summary>The stages from the editor on; whoever calls disposes them.</summary>
    public IReadOnlyList<ITransformer> Open(long edits) => after(edits);

    /// <summary>The same rows with their edits.</summary>
    public static IDataView EditsOf(IDataView controls, IReadOnlyList<ITransformer> stages, CancellationToken cancellationToken) =>
        stages.Aggregate(controls, (view, stage) => stage is EditSceneTransformer edit ? edit.Transform(view, cancellationToken)
            : stage.Transform(view));
}
