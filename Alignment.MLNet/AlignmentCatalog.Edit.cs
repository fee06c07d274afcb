using Alignment.Transforms.Stages;

namespace Alignment.MLNet;

/// <summary>Editing scenes under a control.</summary>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Edits scenes with the bundle and options given: <c>image</c>, <c>control</c>, <c>keyword</c>, <c>video_id</c>, <c>scene_number</c> →
    /// <c>edited</c>, float [3,H,W] in 0..1. The fitted transformer is disposable: it holds the models.
    /// </summary>
    public EditSceneEstimator EditScene(EditSceneOptions options) => new(options);

    /// <summary>Marks where an edit may change the still: <c>keyword_mask_path</c>, <c>still_width</c>, <c>still_height</c> → <c>region</c>, the
    /// weight of the edit at each pixel, and <c>region_pixels</c>.</summary>
    public MarkRegionEstimator MarkRegion(MarkRegionOptions? options = null) => new(options ?? new());

    /// <summary>Puts the edit into the still: <c>still</c>, <c>region</c>, <c>edited</c> → <c>edited_image</c>, an image of the still's
    /// size.</summary>
    public CompositeEstimator Composite(CompositeOptions? options = null) => new(options ?? new());
}
