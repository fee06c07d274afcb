using System.Text.Json.Nodes;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="EditSceneEstimator"/>.</summary>
public sealed record EditSceneOptions : IStageOptions
{
    /// <summary>The folder of the model bundle. A saved stage keeps its full path, never the weights.</summary>
    public string Bundle { get; init; } = "";

    /// <summary>The bundle's hash, filled in when the stage is made; a saved stage refuses a bundle of another hash.</summary>
    public string BundleHash { get; init; } = "";

    /// <summary>How to edit. Width and height are not read: the size is that of the image column.</summary>
    public EditOptions Edit { get; init; } = new();

    /// <summary>float [3,H,W] in −1..1 – the scene.</summary>
    public string ImageColumn { get; init; } = SceneColumns.Image;

    /// <summary>float [2,H,W] – mask and attention.</summary>
    public string ControlColumn { get; init; } = SceneColumns.Control;

    /// <summary>text – the product, for the prompt.</summary>
    public string KeywordColumn { get; init; } = SceneColumns.Keyword;

    /// <summary>text – with the scene's number it decides the noise.</summary>
    public string VideoIdColumn { get; init; } = SceneColumns.VideoId;

    /// <summary>int32 – the scene's number.</summary>
    public string SceneNumberColumn { get; init; } = SceneColumns.SceneNumber;

    /// <summary>int64 – pixels of the still that an edit may change: where it is 0 no model runs and the scene stays as it is; null: every
    /// row is edited.</summary>
    public string? RegionPixelsColumn { get; init; }

    /// <summary>float [3,H,W] in 0..1 – the edited scene, not yet composited into the source.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Edited;

    /// <summary>double [2] – seconds that preparing and denoising took for the row, which differ from run to run; null: not made.</summary>
    public string? SecondsColumn { get; init; }

    /// <summary>image – the scene, what the model took it for on the way, and the edit, side by side.</summary>
    public string PreviewColumn { get; init; } = SceneColumns.EditPreview;

    /// <summary>Denoising steps between two pictures of a preview; 0 for no previews. Changes no byte of the edits.</summary>
    public int PreviewInterval { get; init; }

    /// <summary>Scenes that a cursor reads and encodes ahead of the one that is denoised, and about as many wait to be decoded, each on a
    /// thread of its own; 0 does one thing after the other. Changes no byte.</summary>
    public int Ahead { get; init; } = 2;

    /// <inheritdoc/>
    public void Check()
    {
        this.Require(Bundle, !string.IsNullOrWhiteSpace(Bundle), "the folder of a model bundle",
            "Make one with 'alignment models import', or use onnx/bundles/tiny.");
        this.Require(PreviewInterval, PreviewInterval is >= 0 and <= 1000, "1 to 1000, or 0 for none",
            "3 shows four or five stages of the usual 15 steps.");
        this.Require(Ahead, Ahead is >= 0 and <= 64, "0 to 64", "2 is the default; 0 does one thing after the other.");
        Edit.Check();
    }
}

/// <summary>
/// Edits each scene under its control with Stable Diffusion and the bundle's ControlNet. Cursors look ahead: of the rows of a scene equal
/// controls are edited once and the others batched, the next scenes are read and encoded meanwhile, and the last ones decoded and used by
/// whoever reads the cursor. The models load with the first row, once, and are shared.
/// </summary>
public sealed class EditSceneEstimator : SceneEstimator<EditSceneTransformer>
{
    /// <exception cref="MissingDependencyException">There is no such bundle.</exception>
    /// <exception cref="BadDataException">It is no valid bundle, or not the one of the given hash.</exception>
    internal EditSceneEstimator(EditSceneOptions options, ModelBundle? bundle = null) : base(EditSceneTransformer.Open(options, bundle)) { }
}

/// <inheritdoc cref="EditSceneEstimator"/>
public sealed class EditSceneTransformer : SceneTransformer<EditSceneOptions>, IDisposable
{
    internal const string Name = "EditScene";

    // 2: the options of EditOptions have diffusers' names.
    internal const int Newest = 2;

    readonly IEditors _editors;

    internal EditSceneTransformer(EditSceneOptions options, IEditors editors) : base(Name, options) => _editors = editors;

    // Opens the bundle the options name; remembers its full path and hash, or compares the hash where there is one.
    internal static EditSceneTransformer Open(EditSceneOptions options, ModelBundle? bundle = null)
    {
        options.Check();
        bundle ??= ModelBundle.Open(options.Bundle);
        if (options.BundleHash.Length > 0 && options.BundleHash != bundle.Hash)
            throw BadDataException.For($"EditScene's model bundle '{bundle.Folder}'", $"the hash {bundle.Hash}",
                $"{options.BundleHash}, with which the stage was made",
                "The bundle was changed or replaced since: put the original back, or make and save the stage again with this one.");
        return new(options with { Bundle = bundle.Folder, BundleHash = bundle.Hash },
            new EditorCache(bundle, options.Edit));
    }

    private protected override int Version => Newest;

    internal static void Upgrade(JsonObject options, int version)
    {
        if (options["Edit"] is JsonObject edit)
            StageModel.Rename(edit, ("Steps", "InferenceSteps"), ("Guidance", "GuidanceScale"), ("ControlScale", "ConditioningScale"),
                ("ControlStart", "ControlGuidanceStart"), ("ControlEnd", "ControlGuidanceEnd"), ("ControlEvery", "ControlInterval"),
                ("Packing", "Prepacking"));
    }

    internal static EditSceneTransformer Load(EditSceneOptions options) => StageModel.OpenBundle(Name, () => Open(options),
        $"no model bundle at '{options.Bundle}'", $"the bundle it was saved with (hash {options.BundleHash})");

    internal override void Describe(StageColumns columns)
    {
        StageInput image = columns.Picture(Options.ImageColumn);
        StageInput control = columns.Channels(Options.ControlColumn, _editors.ControlChannels);
        StageInput keyword = columns.Text(Options.KeywordColumn), video = columns.Text(Options.VideoIdColumn);
        StageInput number = columns.Int(Options.SceneNumberColumn);
        StageInput? pixels = Options.RegionPixelsColumn is { } name ? columns.Long(name) : null;
        columns.RequireSameSize(image, control);
        if (columns.DimensionsKnown) _editors.RequireSize(image.Width, image.Height);

        var inputs = new EditColumns(image, control, keyword, video, number, pixels);
        StageInput[] reads = inputs.All;
        SceneRows Open() => new(Options, inputs, () => _editors.For(image.Width, image.Height));
        var edit = StageColumns.Together<EditedRow>(reads, row => Open().One(row));
        columns.LookAhead(edit, (rows, cancellationToken) => Open().Ahead(rows, cancellationToken));
        columns.MakeFloats(Options.OutputColumn, image.Dimensions, reads, row =>
        {
            Func<EditedRow> get = row.Once(edit);
            return to => get().Picture.CopyTo(to);
        });
        if (Options.SecondsColumn is { } seconds) columns.MakeDoubles(seconds, edit,
            e => [e.PrepareSeconds, e.DenoiseSeconds], 2);
        if (Options.PreviewInterval > 0) columns.MakePicture(Options.PreviewColumn, reads, row =>
        {
            Func<EditedRow> get = row.Once(edit);
            return () => get().Preview;
        });
    }

    /// <summary>Before the first edit: checks every byte of the bundle, once, and says how many edits there will be in all, by which
    /// <see cref="WeightPrepacking.Auto"/> decides how the models are loaded.</summary>
    internal void Begin(long edits, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        _editors.Verify(progress, cancellationToken);
        _editors.Expect(edits);
    }

    /// <summary>Frees the models. Rows asked for later load them again.</summary>
    public void Dispose() => _editors.Dispose();
}
