using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Bundles;

/// <summary>The <paramref name="Model"/> among the files, or null, with its stored elements.</summary>
sealed record AddedFiles(IReadOnlyList<string> Files, string? Model = null, long Parameters = 0);

// Adds or replaces an optional part of a bundle.
static class BundlePart
{
    /// <summary>
    /// Takes the files that are <paramref name="isOurs"/> off the record, writes the new ones and records them. A process killed at any
    /// point leaves a bundle that opens: with the old part, none, or the new one. A bundle without <c>bundle.json</c> gets none.
    /// </summary>
    public static ModelBundle Replace(
        ModelBundle target, Func<string, bool> isOurs, Func<IReadOnlyList<AddedFiles>> write, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken,
        Func<BundleManifest, BundleManifest>? record = null)
    {
        string subject = $"The model bundle '{target.Folder}'";
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
                foreach (string stale in target.Manifest.Files.Keys.Where(f => isOurs(f) && !files.Contains(f)))
                    File.Delete(SafePath.Relative(target.Folder, stale, subject));
                BundleManifest with = without with
                {
                    Files = without.Files.Concat(BundleHashes.Of(target.Folder, files, progress, cancellationToken)).ToDictionary(),
                    Parameters = without.Parameters
                        .Concat(added.Where(a => a.Model is not null).Select(a => KeyValuePair.Create(a.Model!, a.Parameters)))
                        .ToDictionary(),
                };
                Record(target, record?.Invoke(with) ?? with);
            }
            return ModelBundle.Open(target.Folder);
        }
        catch (Exception e) when (e.IsOfFile())
        {
            throw RetryableException.For(subject, $"that it cannot be written ({e.Message.TrimEnd('.')})",
                "a writable place with enough room",
                "Free space, or copy the bundle to a folder of yours, and run again.", e);
        }
    }

    public static AddedFiles Of(string file, OnnxModel model, SavedModel saved) =>
        new([file, .. saved.DataPath is { } data ? new[] { Path.GetFileName(data) } : []], file,
        model.Graph.WeightInfos().Sum(w => w.Count));

    static void Record(ModelBundle bundle, BundleManifest manifest)
    {
        if (bundle.HasManifest) AtomicFile.WriteText(Path.Combine(bundle.Folder, BundleFiles.Manifest), BundleJson.Write(manifest),
            keepEqual: true);
    }
}
