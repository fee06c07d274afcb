using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Editing;

/// <summary>
/// A fitted chain from scenes to edited pictures, in two parts: what comes before the editor is cheap and says which edits are missing; the
/// editor and what follows it see only those.
/// </summary>
sealed class EditChain
{
    readonly IReadOnlyList<ITransformer> _before, _after;

    /// <param name="stages">Make <c>still</c>, <c>region</c>, <c>image</c>, <c>control</c> and <c>control_id</c>, then edit.</param>
    /// <exception cref="UsageException">No stage edits.</exception>
    public EditChain(IEnumerable<ITransformer> stages)
    {
        ITransformer[] all = [.. stages];
        int editor = Array.FindIndex(all, s => s is EditSceneTransformer);
        if (editor < 0) throw UsageException.For("The chain", "no EditScene stage", "the chain of an experiment",
            "Make it with ml.Alignment.Experiment.");
        (_before, _after) = (all[..editor], all[editor..]);
        Editor = (EditSceneTransformer)all[editor];
    }

    public EditSceneTransformer Editor { get; }

    /// <summary>The first options of a kind before the editor.</summary>
    /// <exception cref="UsageException">There is no such stage.</exception>
    public TOptions Options<TOptions>(Func<TOptions, bool>? where = null) where TOptions : class, IStageOptions =>
        _before.OfType<SceneTransformer<TOptions>>().Select(s => s.Options).FirstOrDefault(o => where?.Invoke(o) ?? true)
        ?? throw UsageException.For("The chain", $"no stage with {typeof(TOptions).Name} before EditScene", "the chain of an experiment",
            "Make it with ml.Alignment.Experiment.");

    // Rows of scene × variant with their controls.
    public IDataView ControlsOf(IDataView scenes) => _before.Aggregate(scenes, (view, stage) => stage.Transform(view));

    // Such rows with their edits.
    public IDataView EditsOf(IDataView controls, CancellationToken cancellationToken) =>
        _after.Aggregate(controls, (view, stage) => stage == Editor ? Editor.Transform(view, cancellationToken) : stage.Transform(view));

    // The chain of an edit with a bundle, over a set whose maps are on disk.
    public static EditChain Of(ModelBundle bundle, EditJobOptions options, VariantOptions set, IReadOnlyList<string> variants) =>
        new(AppendEdits(Controls(set, options.Edit.Region, variants), bundle, new()
        {
            Bundle = bundle.Folder,
            BundleHash = bundle.Hash,
            Edit = options.Edit,
            Ahead = options.Ahead,
            PreviewInterval = options.PreviewEvery,
        }).Fit(SetView.Of([])));

    // Up to the editor, over a set whose maps are on disk.
    public static EstimatorChain<ITransformer> Controls(VariantOptions set, EditRegionOptions region, IReadOnlyList<string> variants) =>
        Scenes(set, region)
            .Append<ITransformer>(new LoadMapEstimator(LoadMapOptions.Mask with { Width = set.Width, Height = set.Height }))
            .Append<ITransformer>(new BinarizeMaskEstimator(new() { Threshold = set.MaskThreshold }))
            .Append<ITransformer>(new ExpandVariantsEstimator(new() { Variants = variants }))
            .Append<ITransformer>(new LoadMapEstimator(LoadMapOptions.Variants with { Width = set.Width, Height = set.Height }))
            .Append<ITransformer>(new BuildControlEstimator(new() { ControlIdColumn = SceneColumns.ControlId }));

    // What is made once a scene, before its variants.
    public static EstimatorChain<ITransformer> Scenes(VariantOptions set, EditRegionOptions region) =>
        new EstimatorChain<ITransformer>()
            .Append<ITransformer>(new LoadStillEstimator(new()))
            .Append<ITransformer>(new MarkRegionEstimator(new() { Threshold = set.MaskThreshold, Region = region }))
            .Append<ITransformer>(new SizeImageEstimator(new() { Width = set.Width, Height = set.Height }));

    // The editor, the picture it gives, and how that differs from the still.
    public static EstimatorChain<ITransformer> AppendEdits(EstimatorChain<ITransformer> controls, ModelBundle bundle,
        EditSceneOptions edit) =>
        controls
            .Append<ITransformer>(new EditSceneEstimator(edit with
            {
                RegionPixelsColumn = SceneColumns.RegionPixels,
                SecondsColumn = SceneColumns.EditSeconds,
            }, bundle))
            .Append<ITransformer>(new CompositeEstimator(new()))
            .Append<ITransformer>(new ComparePicturesEstimator(Compared with { Bundle = bundle.Folder }));

    // What follows an editor without a bundle.
    public static IReadOnlyList<ITransformer> AfterEditor { get; } =
        [new CompositeTransformer(new()), ComparePicturesTransformer.Open(Compared)];

    static ComparePicturesOptions Compared => new()
    {
        BeforeColumn = SceneColumns.Still,
        AfterColumn = SceneColumns.EditedImage,
        RegionColumn = SceneColumns.Region,
    };

    // Frees the models; rows read later load them again.
    public void Free()
    {
        foreach (IDisposable stage in _after.OfType<IDisposable>()) stage.Dispose();
    }
}
