using Alignment.MLNet.Training;

namespace Alignment.MLNet;

/// <summary>Fine-tuning.</summary>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Fine-tunes the ControlNet of a bundle. Fit reads <c>video_id</c>, <c>scene_number</c>, <c>keyword</c> and the three paths of each
    /// scene, trains (or continues) in the options' output folder, and returns the editing transformer over the trained bundle:
    /// <c>image</c>, <c>control</c>, … → <c>edited</c>.
    /// </summary>
    /// <param name="options">How; model and output folder must be given.</param>
    /// <param name="progress">Told every step, with its loss.</param>
    /// <param name="cancellationToken">Stops Fit between batches; the same Fit continues later.</param>
    public ControlNetEstimator ControlNet(ControlNetTrainingOptions options, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default) => new(Context, options, progress, cancellationToken);
}
