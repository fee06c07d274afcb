using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Transforms.Images;
using Alignment.Transforms.Masks;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>Options of <see cref="MaskKeywordEstimator"/>.</summary>
public sealed record MaskKeywordOptions : IStageOptions
{
    /// <summary>The folder of a model bundle with a CLIPSeg. A saved stage keeps its full path, never the weights.</summary>
    public string Bundle { get; init; } = "";

    /// <summary>The CLIPSeg's hash, filled in when the stage is made; a saved stage refuses one of another hash.</summary>
    public string ModelHash { get; init; } = "";

    /// <summary>How masks are made.</summary>
    public KeywordMaskOptions Mask { get; init; } = new();

    /// <summary>
    /// float [3,H,W] in −1..1 – the scene; or text, the still's path: then the masks have the still's own size and are float vectors of
    /// varying length, W · H values row by row.
    /// </summary>
    public string ImageColumn { get; init; } = SceneColumns.Image;

    /// <summary>text – what to look for.</summary>
    public string KeywordColumn { get; init; } = SceneColumns.Keyword;

    /// <summary>float [H,W] in 0..1 – how likely each pixel belongs to the product.</summary>
    public string SoftColumn { get; init; } = SceneColumns.MaskSoft;

    /// <summary>float [H,W], 0 or 1 – the mask.</summary>
    public string OutputColumn { get; init; } = SceneColumns.Mask;

    /// <summary>From a path only: int32, the still's width. Reading it decodes the still and runs no model.</summary>
    public string WidthColumn { get; init; } = SceneColumns.StillWidth;

    /// <summary>From a path only: int32, the still's height.</summary>
    public string HeightColumn { get; init; } = SceneColumns.StillHeight;

    /// <summary>From a path only: double – CLIP's judgement of how well the keyword's prompts fit the whole still; NaN where the model has
    /// none.</summary>
    public string SimilarityColumn { get; init; } = SceneColumns.MaskSimilarity;

    /// <inheritdoc/>
    public void Check()
    {
        this.Require(Bundle, !string.IsNullOrWhiteSpace(Bundle), "the folder of a model bundle with a CLIPSeg",
            "Make one with 'alignment models import', or use onnx/bundles/tiny.");
        Mask.Check();
    }
}

/// <summary>
/// Finds the product in each scene by its name with CLIPSeg: <c>image</c> (or a path), <c>keyword</c> → <c>mask_soft</c> and <c>mask</c> at
/// the image's size. The models load with the first row that is read, once, and are shared by all cursors.
/// </summary>
public sealed class MaskKeywordEstimator : SceneEstimator<MaskKeywordTransformer>
{
    /// <exception cref="MissingDependencyException">There is no such bundle, or it has no CLIPSeg.</exception>
    /// <exception cref="BadDataException">It is no valid bundle, or its CLIPSeg not the one of the given hash.</exception>
    internal MaskKeywordEstimator(MaskKeywordOptions options, Device? device = null) : base(MaskKeywordTransformer.Open(options, device))
    {
    }
}

/// <inheritdoc cref="MaskKeywordEstimator"/>
public sealed class MaskKeywordTransformer : SceneTransformer<MaskKeywordOptions>, IDisposable
{
    internal const string Name = "MaskKeyword";

    readonly KeywordMasker _masker;

    MaskKeywordTransformer(MaskKeywordOptions options, ClipSegPart part, Device? device)
        : base(Name, options) => _masker = new(part, options.Mask, device);

    /// <summary>Opens the bundle the options name; remembers its full path and the model's hash, or compares the hash where there is
    /// one.</summary>
    /// <param name="options">The stage's.</param>
    /// <param name="device">What runs the models; null: the CPU. A saved stage does not keep it.</param>
    internal static MaskKeywordTransformer Open(MaskKeywordOptions options, Device? device = null)
    {
        options.Check();
        ClipSegPart part = ClipSegPart.Open(ModelBundle.Open(options.Bundle));
        if (options.ModelHash.Length > 0 && options.ModelHash != part.Hash)
            throw BadDataException.For($"MaskKeyword's model bundle '{part.Bundle.Folder}'", $"a CLIPSeg of hash {part.Hash}",
                $"{options.ModelHash}, with which the stage was made",
                "The model was changed or replaced since: put the original back, or make and save the stage again with this one.");
        return new MaskKeywordTransformer(options with { Bundle = part.Bundle.Folder, ModelHash = part.Hash }, part, device);
    }

    internal static MaskKeywordTransformer Load(MaskKeywordOptions options) => StageModel.OpenBundle(Name, () => Open(options),
        $"no CLIPSeg in a model bundle at '{options.Bundle}'", $"the one it was saved with (hash {options.ModelHash})");

    internal override void Describe(StageColumns columns)
    {
        StageInput image = columns.PictureOrPath(Options.ImageColumn), keyword = columns.Text(Options.KeywordColumn);
        if (image.Column.Type is TextDataViewType) FromPath(columns, image, keyword);
        else FromImage(columns, image, keyword);
    }

    void FromPath(StageColumns columns, StageInput path, StageInput keyword)
    {
        var still = StillSize.Columns(columns, path, Options.WidthColumn, Options.HeightColumn);
        var work = StageColumns.Together<KeywordMask>([path, keyword], row =>
        {
            Func<RgbPicture> read = row.Once(still);
            Func<string> readKeyword = row.Text(keyword);
            return () => _masker.Make(read(), [readKeyword()])[0];
        });
        columns.MakeHeldFloats(Options.SoftColumn, work, m => m.Probability);
        columns.MakeHeldFloats(Options.OutputColumn, work, m => m.Mask);
        columns.Make(Options.SimilarityColumn, work, m => m.Similarity ?? double.NaN);
    }

    void FromImage(StageColumns columns, StageInput image, StageInput keyword)
    {
        int[] map = [image.Height, image.Width];
        var work = StageColumns.Together<(float[] Soft, float[] Mask)>([image, keyword], row =>
        {
            (ReadFloats readImage, Func<string> readKeyword) = (row.Floats(image), row.Text(keyword));
            float[] soft = new float[image.Height * image.Width], mask = new float[soft.Length];
            return () =>
            {
                _masker.Make(readImage(), image.Width, image.Height, readKeyword(), soft, mask);
                return (soft, mask);
            };
        });
        columns.MakeHeldFloats(Options.SoftColumn, map, work, m => m.Soft);
        columns.MakeHeldFloats(Options.OutputColumn, map, work, m => m.Mask);
    }

    /// <summary>Frees the models. Rows asked for later load them again.</summary>
    public void Dispose() => _masker.Dispose();
}
