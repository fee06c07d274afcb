namespace Alignment.Onnx.Bundles;

// Writes a bundle, complete or not at all: into a folder beside the target, the manifest last, then one rename.
static class BundleWriter
{
    // No part of the model and of its hash.
    static readonly string[] s_documents = ["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"];

    /// <summary>
    /// <paramref name="fill"/> writes into a temporary folder and returns the manifest, which sizes, hashes (those not yet <paramref
    /// name="known"/>) complete.
    /// </summary>
    public static ModelBundle Write(
        string to, bool force, Func<string, BundleManifest> fill, IProgress<WorkProgress>? progress, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, BundleFile>? known = null)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(to));
        CheckTarget(target, force);
        string partial = target + AtomicFile.PartialSuffix, old = target + ".replaced" + AtomicFile.PartialSuffix;
        try
        {
            Delete(partial);
            Directory.CreateDirectory(partial);
            BundleManifest manifest = fill(partial);
            string[] files = [.. Directory.EnumerateFiles(partial, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(partial, f).Replace('\\', '/')).Where(f => !s_documents.Contains(f))];
            SortedDictionary<string, BundleFile> hashes = BundleHashes.Of(partial, files.Where(f => known?.ContainsKey(f) != true),
                progress, cancellationToken);
            foreach (string file in files.Where(f => known?.ContainsKey(f) == true)) hashes.Add(file, known![file]);
            AtomicFile.WriteText(Path.Combine(partial, BundleFiles.Manifest), BundleJson.Write(manifest with { Files = hashes }));
            ModelBundle.Open(partial);   // what cannot be opened must not appear

            Delete(old);
            if (Directory.Exists(target)) Directory.Move(target, old);
            Directory.Move(partial, target);
            Delete(old);
        }
        catch (Exception e) when (e.IsOfFile())
        {
            Clean(partial);
            throw RetryableException.For($"The bundle folder '{target}'", $"that it cannot be written ({e.Message.TrimEnd('.')})",
                "a writable place with enough room", "Free space or choose another folder and run again.", e);
        }
        catch
        {
            Clean(partial);
            throw;
        }
        return ModelBundle.Open(target);
    }

    public static IEnumerable<string> DocumentsOf(string folder) => s_documents.Where(d => File.Exists(Path.Combine(folder, d)));

    static void CheckTarget(string target, bool force)
    {
        string subject = $"The bundle folder '{target}'";
        if (File.Exists(target)) throw UsageException.For(subject, "a file of that name", "a folder that does not exist yet",
            "Choose another name.");
        if (!Directory.Exists(target) || !Directory.EnumerateFileSystemEntries(target).Any()) return;
        if (!File.Exists(Path.Combine(target, BundleFiles.Manifest)))
            throw UsageException.For(subject, "a folder with other things in it", "a new, an empty, or a bundle's folder",
                "Choose another folder.");
        if (!force) throw UsageException.For(subject, "a complete bundle", "a new or an empty folder",
            $"Choose another folder, or set {OptionName.Parameter(nameof(force))} to replace it.");
    }

    static void Delete(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    // After a failure, whose message matters more.
    static void Clean(string folder)
    {
        try { Delete(folder); }
        catch (Exception e) when (e.IsOfFile()) { }
    }
}
