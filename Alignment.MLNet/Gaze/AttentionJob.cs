using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Gaze;

/// <summary>Gives the scenes of a data set their heatmaps, measured from viewers' gaze or predicted from the stills: 16-bit grey PNGs in
/// <c>attention_heatmap/{video_id}/</c>, with <c>attention_origin.json</c> beside them, which says what produced each. Heatmaps that are
/// there are left alone, unless forced; a stopped call continues.</summary>
public static class AttentionJob
{
    /// <summary>Writes the heatmaps that are missing; without options they are predicted by the default predictor. Masks and keywords are
    /// not needed. Cancelled, every file written is complete.</summary>
    /// <exception cref="UsageException">An option is out of range, or names no video of the data set.</exception>
    /// <exception cref="BadDataException">There are no stills, the gaze file cannot be used, or a saliency model cannot be
    /// used.</exception>
    /// <exception cref="MissingDependencyException">A saliency model is not there.</exception>
    /// <exception cref="RetryableException">Another run works in this data folder.</exception>
    public static AttentionResult Run(string data, AttentionOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Check();
        SceneFolder scenes = SceneFolder.Open(data);
        string root = Path.Combine(scenes.DataFolder, Layout.Heatmaps);
        using RunLock alone = RunLock.Take(root);
        using var work = new AttentionWork(scenes, data, root, options, progress, cancellationToken);
        return work.Run();
    }
}
