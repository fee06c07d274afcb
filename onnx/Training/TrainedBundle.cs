using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>What a bundle says of the training that its ControlNet has had.</summary>
sealed record TrainedBundleOptions
{
    /// <summary>What a user must know before trusting the pictures, for the manifest.</summary>
    public string Note { get; init; } = "";

    /// <summary>How the ControlNet was trained, in words: added to the origin; empty: the origin stays.</summary>
    public string Origin { get; init; } = "";

    /// <summary>The text of README.md; empty: the source's, if it has one.</summary>
    public string Card { get; init; } = "";

    /// <summary>Replace a bundle that is already there.</summary>
    public bool Force { get; init; }
}

/// <summary>A bundle whose ControlNet was trained, as a new bundle.</summary>
static class TrainedBundle
{
    const string ReadMe = "README.md", TrainingPrefix = "training/";

    /// <summary>Weights of a few megabytes stay in the graph file where the original's did.</summary>
    const long LargestSingleFileBytes = 1 << 30;

    /// <summary>As the other form, of values in the buffers.</summary>
    /// <param name="bundle">What training started from.</param>
    /// <param name="to">The new bundle's folder.</param>
    /// <param name="buffers">The trained parameters, "controlnet.…".</param>
    /// <param name="values">Other values of them, a running average say; null: the parameters.</param>
    /// <param name="note">What a user must know, for the manifest.</param>
    /// <param name="force">Replace a bundle that is already there.</param>
    /// <param name="progress">Told the bytes written.</param>
    /// <param name="cancel">Ends the writing; nothing appears then.</param>
    /// <exception cref="UsageException">The target is taken.</exception>
    public static ModelBundle Write(ModelBundle bundle, string to, ParameterBuffers buffers, FloatBuffer? values = null, string note = "", bool force = false, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default) =>
        Write(bundle, to, new BufferWeights(buffers, ControlNetTrainingGraph.Control, values), new() { Note = note, Force = force }, progress, cancel);

    /// <summary>
    /// Writes the bundle with <c>controlnet.onnx</c> authored anew; complete or not at all. Files that stay the same are linked, not copied, where the
    /// file system can.
    /// </summary>
    /// <param name="bundle">What training started from.</param>
    /// <param name="to">The new bundle's folder.</param>
    /// <param name="controlNet">The trained weights, by their names in controlnet.onnx.</param>
    /// <param name="options">What to say of it.</param>
    /// <param name="progress">Told the bytes written.</param>
    /// <param name="cancel">Ends the writing; nothing appears then.</param>
    /// <exception cref="BadDataException">The weights are not those of the bundle's ControlNet, or it does not record its architectures.</exception>
    /// <exception cref="UsageException">The target is taken.</exception>
    /// <exception cref="RetryableException">The disk is full or the folder cannot be written.</exception>
    public static ModelBundle Write(ModelBundle bundle, string to, IWeights controlNet, TrainedBundleOptions options, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        OnnxModel control = ControlNet.Author(BundleConfigs.Read(bundle).ControlNet, controlNet, bundle.Precision);
        bool oneFile = bundle.Header(BundleFiles.ControlNet).ExternalFiles.Count == 0;
        string[] kept = [.. bundle.AllFiles.Where(f => !f.StartsWith(BundleFiles.ControlNet, StringComparison.Ordinal) && !f.StartsWith(TrainingPrefix, StringComparison.Ordinal))];
        // Their hashes need not be computed again: whoever trains has verified the bundle.
        var known = kept.Where(bundle.Manifest.Files.ContainsKey).ToDictionary(f => f, f => bundle.Manifest.Files[f], StringComparer.Ordinal);
        return BundleWriter.Write(to, options.Force, folder =>
        {
            foreach (string file in kept.Concat(BundleWriter.DocumentsOf(bundle.Folder).Where(d => options.Card.Length == 0 || d != ReadMe)))
            {
                cancel.ThrowIfCancellationRequested();
                FileLink.LinkOrCopy(SafePath.Relative(bundle.Folder, file, $"The model bundle '{bundle.Folder}'"), Path.Combine(folder, file));
            }
            if (options.Card.Length > 0) AtomicFile.WriteText(Path.Combine(folder, ReadMe), options.Card);
            var save = new SaveOptions();
            control.Save(Path.Combine(folder, BundleFiles.ControlNet), oneFile ? save with { InlineModelBelowBytes = LargestSingleFileBytes } : save, progress, cancel);
            return bundle.Manifest with
            {
                ControlTrained = true,
                Note = options.Note,
                Origin = options.Origin.Length == 0 ? bundle.Manifest.Origin : $"{bundle.Manifest.Origin}; {options.Origin}",
            };
        }, progress, cancel, known);
    }
}
