using System.Text.Json.Nodes;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.MlNetPlumbing;
using Microsoft.ML;

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

    /// <summary>float [3,H,W] in 0..1 – the edited scene, not yet composited into the source.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Edited;

    /// <inheritdoc/>
    public void Check()
    {
        this.Require(Bundle, !string.IsNullOrWhiteSpace(Bundle), "the folder of a model bundle",
            "Make one with 'alignment models import', or use onnx/bundles/tiny.");
        Edit.Check();
    }
}

/// <summary>
/// Edits each scene under its control with Stable Diffusion and the bundle's ControlNet. Rows may be asked for in any order and by several
/// cursors; the models load with the first row, once, and are shared. Scenes that follow each other in several variants are encoded once.
/// </summary>
public sealed class EditSceneEstimator : SceneEstimator<EditSceneTransformer>
{
    /// <exception cref="MissingDependencyException">There is no such bundle.</exception>
    /// <exception cref="BadDataException">It is no valid bundle, or not the one of the given hash.</exception>
    internal EditSceneEstimator(EditSceneOptions options) : base(EditSceneTransformer.Open(options))
    {
    }
}

/// <inheritdoc cref="EditSceneEstimator"/>
public sealed class EditSceneTransformer : SceneTransformer<EditSceneOptions>, IStageLoader, IDisposable
{
    internal const string Name = "EditScene";

    /// <summary>2: the options of <see cref="EditOptions"/> have diffusers' names.</summary>
    const int Newest = 2;

    readonly ModelBundle _bundle;
    readonly EditorCache _editors;

    EditSceneTransformer(EditSceneOptions options, ModelBundle bundle) : base(Name, options)
    {
        _bundle = bundle;
        _editors = new EditorCache(bundle, options.Edit);
    }

    /// <summary>Opens the bundle the options name; remembers its full path and hash, or compares the hash where there is one.</summary>
    internal static EditSceneTransformer Open(EditSceneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        ModelBundle bundle = ModelBundle.Open(options.Bundle);
        if (options.BundleHash.Length > 0 && options.BundleHash != bundle.Hash)
            throw BadDataException.For($"EditScene's model bundle '{bundle.Folder}'", $"the hash {bundle.Hash}",
                $"{options.BundleHash}, with which the stage was made",
                "The bundle was changed or replaced since: put the original back, or make and save the stage again with this one.");
        return new EditSceneTransformer(options with { Bundle = bundle.Folder, BundleHash = bundle.Hash }, bundle);
    }

    private protected override int Version => Newest;

    internal static void Upgrade(JsonObject options, int version)
    {
        if (options["Edit"] is JsonObject edit)
            StageModel.Rename(edit, ("Steps", "InferenceSteps"), ("Guidance", "GuidanceScale"), ("ControlScale", "ConditioningScale"),
                ("ControlStart", "ControlGuidanceStart"), ("ControlEnd", "ControlGuidanceEnd"), ("ControlEvery", "ControlInterval"),
                ("Packing", "Prepacking"));
    }

    static ITransformer IStageLoader.Load(BinaryReader from)
    {
        EditSceneOptions options = StageModel.ReadOptions<EditSceneOptions>(from, Name, Newest, Upgrade);
        try
        {
            return Open(options);
        }
        catch (MissingDependencyException e)
        {
            throw MissingDependencyException.For($"The saved stage '{Name}'", $"no model bundle at '{options.Bundle}'",
                $"the bundle it was saved with (hash {options.BundleHash}); a saved stage holds a reference, not the weights",
                "Put the bundle back at that path, or make and save the stage again with its new one.", e);
        }
    }

    internal override void Describe(StageColumns columns)
    {
        StageInput image = columns.Picture(Options.ImageColumn);
        StageInput control = columns.Channels(Options.ControlColumn, _bundle.Manifest.ControlChannels);
        StageInput keyword = columns.Text(Options.KeywordColumn), video = columns.Text(Options.VideoIdColumn);
        StageInput number = columns.Int(Options.SceneNumberColumn);
        columns.RequireSameSize(image, control);
        if (columns.DimensionsKnown) _ = EditShape.Of(_bundle, image.Width, image.Height);
        columns.MakeFloats(Options.OutputColumn, image.Dimensions, [image, control, keyword, video, number], row =>
        {
            (ReadFloats readImage, ReadFloats readControl) = (row.Floats(image), row.Floats(control));
            (Func<string> readKeyword, Func<string> readVideo, Func<int> readNumber) = (row.Text(keyword), row.Text(video),
                row.Int(number));
            return to => _editors.Edit(image.Width, image.Height, new EditInput
            {
                SceneId = SceneId.Of(readVideo(), readNumber()),
                Prompt = Options.Edit.PromptFor(readKeyword()),
                Image = readImage().ToArray(),
                Controls = [readControl().ToArray()],
            }).CopyTo(to);
        });
    }

    /// <summary>Frees the models. Rows asked for later load them again.</summary>
    public void Dispose() => _editors.Dispose();
}
