using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

// What a bundle says of its ControlNet's training.
sealed record TrainedBundleOptions
{
    // What a user must know before trusting the pictures.
    public string Note { get; init; } = "";

    // In words; added to the manifest's origin.
    public string Origin { get; init; } = "";

    // README.md's text; empty: the source's, if it has one.
    public string Card { get; init; } = "";

    // Replace a bundle that is already there.
    public bool Force { get; init; }
}

// Writes a bundle whose ControlNet was trained.
public static class TrainedBundle
{
    const string ReadMe = "README.md", TrainingPrefix = "training/";

    // Weights up to this size stay in the graph file where the original's did.
    const long LargestSingleFileBytes = 1 << 30;

    /// <summary>With <c>controlnet.onnx</c> authored anew from trained parameters, complete or not at all.</summary>
    /// <exception cref="BadDataException">They are not those of the bundle's ControlNet.</exception>
    /// <exception cref="UsageException">The target is taken.</exception>
    public static ModelBundle Write(ModelBundle bundle, string to, ParameterBuffers buffers, string note = "")
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(buffers);
        return Write(bundle, to, ControlNetTraining.Weights(buffers), new() { Note = note });
    }

    /// <summary>
    /// With <c>controlnet.onnx</c> authored anew from weights under their names in it, complete or not at all; unchanged files are linked
    /// where possible. Throws <see cref="BadDataException"/> where they are not the ControlNet's, and <see cref="UsageException"/> where
    /// the
    /// target is taken.
    /// </summary>
    internal static ModelBundle Write(ModelBundle bundle, string to, IWeights controlNet, TrainedBundleOptions options,
        IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        OnnxModel control = ControlNet.Author(BundleConfigs.Read(bundle).ControlNet, controlNet, bundle.Precision);
        bool oneFile = bundle.Header(BundleFiles.ControlNet).ExternalFiles.Count == 0;
        string[] unchanged = [.. bundle.AllFiles.Where(f => !f.StartsWith(BundleFiles.ControlNet, StringComparison.Ordinal)
            && !f.StartsWith(TrainingPrefix, StringComparison.Ordinal))];
        // Not hashed again: training verified the bundle.
        var known = unchanged.Where(bundle.Manifest.Files.ContainsKey)
            .ToDictionary(f => f, f => bundle.Manifest.Files[f]);
        return BundleWriter.Write(to, options.Force, folder =>
        {
            foreach (string file in unchanged.Concat(BundleWriter.DocumentsOf(bundle.Folder)
                .Where(d => options.Card.Length == 0 || d != ReadMe)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                FileLink.LinkOrCopy(SafePath.Relative(bundle.Folder, file, $"The model bundle '{bundle.Folder}'"),
                    Path.Combine(folder, file));
            }
            if (options.Card.Length > 0) AtomicFile.WriteText(Path.Combine(folder, ReadMe), options.Card);
            var save = new SaveOptions();
            control.Save(Path.Combine(folder, BundleFiles.ControlNet),
                oneFile ? save with { InlineModelBelowBytes = LargestSingleFileBytes } : save, progress, cancellationToken);
            return bundle.Manifest with
            {
                ControlTrained = true,
                Note = options.Note,
                Origin = options.Origin.Length == 0 ? bundle.Manifest.Origin : $"{bundle.Manifest.Origin}; {options.Origin}",
            };
        }, progress, cancellationToken, known);
    }
}
