using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Gaze;

/// <summary>
/// Gives the scenes of a data set their heatmaps, measured from viewers' gaze or predicted from the stills: 16-bit grey PNGs of the stills'
/// sizes in
/// <c>attention_heatmap/{video_id}/</c>, with <c>attention_origin.json</c> beside them, which says what produced each. Heatmaps that are
/// there are left alone, unless forced. Stopped at any moment, the same call continues; when everything is there it does nothing.
/// </summary>
public static class AttentionJob
{
    /// <summary>Writes the heatmaps that are missing.</summary>
    /// <param name="data">The data folder (see <see cref="SceneFolder"/>); masks and keywords are not needed.</param>
    /// <param name="options">How; null: predicted, by the default predictor.</param>
    /// <param name="progress">Reports while gaze is read and after every few scenes.</param>
    /// <param name="cancellationToken">Stops soon; every file written then is complete.</param>
    /// <returns>What was done and what went wrong; look at <see cref="AttentionResult.Failures"/>.</returns>
    /// <exception cref="UsageException">An option is out of range, or names no video of the data set.</exception>
    /// <exception cref="BadDataException">There are no stills, the gaze file cannot be used or has no usable row, its numbers contradict
    /// the kind of coordinates, or a saliency model cannot be used.</exception>
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
