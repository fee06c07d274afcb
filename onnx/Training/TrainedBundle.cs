using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;

namespace Alignment.Onnx.Training;

/// <summary>A bundle whose ControlNet was trained, as a new bundle.</summary>
public static class TrainedBundle
{
    /// <summary>Weights of a few megabytes stay in the graph file where the original's did.</summary>
    const long LargestSingleFileBytes = 1 << 30;

    /// <summary>Copies the bundle to <paramref name="to"/> with <c>controlnet.onnx</c> authored anew from the buffers; complete or not at all.</summary>
    /// <param name="bundle">What training started from.</param>
    /// <param name="to">The new bundle's folder.</param>
    /// <param name="buffers">The trained parameters, "controlnet.…".</param>
    /// <param name="values">Other values of them, a running average say; null: the parameters.</param>
    /// <param name="note">What a user must know, for the manifest.</param>
    /// <param name="force">Replace a bundle that is already there.</param>
    /// <param name="progress">Told the bytes written.</param>
    /// <param name="cancel">Ends the writing; nothing appears then.</param>
    /// <exception cref="UsageException">The target is taken.</exception>
    public static ModelBundle Write(ModelBundle bundle, string to, ParameterBuffers buffers, FloatBuffer? values = null, string note = "", bool force = false, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        BundleConfigs configs = BundleConfigs.Read(bundle);
        OnnxModel control = ControlNet.Author(configs.ControlNet, new BufferWeights(buffers, ControlNetTrainingGraph.Control, values));
        bool oneFile = bundle.Header(BundleFiles.ControlNet).ExternalFiles.Count == 0;
        return BundleWriter.Write(to, force, folder =>
        {
            foreach (string file in bundle.Manifest.Files.Keys.Where(f => !f.StartsWith(BundleFiles.ControlNet, StringComparison.Ordinal)).Concat(BundleWriter.DocumentsOf(bundle.Folder)))
            {
                cancel.ThrowIfCancellationRequested();
                string target = Path.Combine(folder, file);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(SafePath.Relative(bundle.Folder, file, $"The model bundle '{bundle.Folder}'"), target);
            }
            var save = new SaveOptions();
            control.Save(Path.Combine(folder, BundleFiles.ControlNet), oneFile ? save with { InlineModelBelowBytes = LargestSingleFileBytes } : save, progress, cancel);
            return bundle.Manifest with { ControlTrained = true, Note = note };
        }, progress, cancel);
    }
}
