using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Bundles;

/// <summary>Files that join a bundle, and how many elements each model among them stores.</summary>
/// <param name="Files">By their paths in the bundle.</param>
/// <param name="Model">The one that is a graph, or null.</param>
/// <param name="Parameters">Its stored elements.</param>
sealed record AddedFiles(IReadOnlyList<string> Files, string? Model = null, long Parameters = 0);

/// <summary>Adds an optional part to a bundle that is there, or replaces it.</summary>
static class BundlePart
{
    /// <summary>
    /// Takes the part's old files off the record, writes the new ones and records them. Killed at any point it leaves a bundle that opens: with the
    /// part it had, without one, or with the new one. A bundle without <c>bundle.json</c> gets none.
    /// </summary>
    /// <param name="target">The bundle.</param>
    /// <param name="isOurs">Whether a file belongs to the part.</param>
    /// <param name="write">Writes the files, each complete or not at all, and says which.</param>
    /// <param name="progress">Told the bytes hashed.</param>
    /// <param name="cancel">Stops between two pieces.</param>
    /// <param name="record">Changes to the manifest beside the files; null: none.</param>
    /// <exception cref="RetryableException">The disk is full or the folder cannot be written.</exception>
    public static ModelBundle Replace(ModelBundle target, Func<string, bool> isOurs, Func<IReadOnlyList<AddedFiles>> write, IProgress<WorkProgress>? progress, CancellationToken cancel, Func<BundleManifest, BundleManifest>? record = null)
    {
        try
        {
            BundleManifest without = target.Manifest with
            {
                Files = target.Manifest.Files.Where(f => !isOurs(f.Key)).ToDictionary(),
                Parameters = target.Manifest.Parameters.Where(p => !isOurs(p.Key)).ToDictionary(),
            };
            // While the files change, no manifest names them.
            Record(target, without);
            IReadOnlyList<AddedFiles> added = write();
            if (target.HasManifest)
            {
                string[] files = [.. added.SelectMany(a => a.Files)];
                foreach (string stale in target.Manifest.Files.Keys.Where(f => isOurs(f) && !files.Contains(f))) File.Delete(SafePath.Relative(target.Folder, stale, $"The model bundle '{target.Folder}'"));
                BundleManifest with = without with
                {
                    Files = without.Files.Concat(BundleHashes.Of(target.Folder, files, progress, cancel)).ToDictionary(),
                    Parameters = without.Parameters.Concat(added.Where(a => a.Model is not null).Select(a => KeyValuePair.Create(a.Model!, a.Parameters))).ToDictionary(),
                };
                Record(target, record?.Invoke(with) ?? with);
            }
            return ModelBundle.Open(target.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RetryableException.For($"The model bundle '{target.Folder}'", $"that it cannot be written ({e.Message.TrimEnd('.')})", "a writable place with enough room", "Free space, or copy the bundle to a folder of yours, and run again.", e);
        }
    }

    /// <summary>A graph and the data beside it.</summary>
    public static AddedFiles Of(string file, OnnxModel model, SavedModel saved) =>
        new([file, .. saved.DataPath is { } data ? new[] { Path.GetFileName(data) } : []], file, model.Graph.WeightInfos().Sum(w => w.Count));

    static void Record(ModelBundle bundle, BundleManifest manifest)
    {
        if (bundle.HasManifest) AtomicFile.Write(Path.Combine(bundle.Folder, BundleFiles.Manifest), to => to.Write(System.Text.Encoding.UTF8.GetBytes(BundleJson.Write(manifest))), keepEqual: true);
    }
}
