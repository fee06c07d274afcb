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
}
