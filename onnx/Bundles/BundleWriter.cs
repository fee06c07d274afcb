namespace Alignment.Onnx.Bundles;

/// <summary>
/// Writes a bundle so that it appears complete or not at all: into a folder beside the target, the manifest last, then one
/// rename. A folder left by a killed run is replaced by the next.
/// </summary>
static class BundleWriter
{
    /// <summary>Documentation in a bundle is no part of the model: rewording it changes no hash.</summary>
    static readonly string[] s_documents = ["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"];

    /// <summary>Lets <paramref name="fill"/> write the files into a temporary folder and say what they are; adds sizes, hashes (but those known by then) and the manifest.</summary>
    /// <exception cref="UsageException">The target is a bundle already (without <paramref name="force"/>), or a folder with other things in it.</exception>
    /// <exception cref="RetryableException">The disk is full or the folder cannot be written.</exception>
    public static ModelBundle Write(string to, bool force, Func<string, BundleManifest> fill, IProgress<WorkProgress>? progress, CancellationToken cancel, IReadOnlyDictionary<string, BundleFile>? known = null)
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
            SortedDictionary<string, BundleFile> hashes = BundleHashes.Of(partial, files.Where(f => known?.ContainsKey(f) != true), progress, cancel);
            foreach (string file in files.Where(f => known?.ContainsKey(f) == true)) hashes.Add(file, known![file]);
            manifest = manifest with { Files = hashes };
            AtomicFile.WriteText(Path.Combine(partial, BundleFiles.Manifest), BundleJson.Write(manifest));
            ModelBundle.Open(partial);   // what cannot be opened must not appear

            Delete(old);
            if (Directory.Exists(target)) Directory.Move(target, old);
            Directory.Move(partial, target);
            Delete(old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Clean(partial);
            throw RetryableException.For($"The bundle folder '{target}'", $"that it cannot be written ({e.Message.TrimEnd('.')})", "a writable place with enough room", "Free space or choose another folder and run again.", e);
        }
        catch
        {
            Clean(partial);
            throw;
        }
        return ModelBundle.Open(target);
    }

    /// <summary>The documents that a bundle's folder has.</summary>
    public static IEnumerable<string> DocumentsOf(string folder) => s_documents.Where(d => File.Exists(Path.Combine(folder, d)));

    static void CheckTarget(string target, bool force)
    {
        if (File.Exists(target)) throw UsageException.For($"The bundle folder '{target}'", "a file of that name", "a folder that does not exist yet", "Choose another name.");
        if (!Directory.Exists(target) || !Directory.EnumerateFileSystemEntries(target).Any()) return;
        if (!File.Exists(Path.Combine(target, BundleFiles.Manifest)))
            throw UsageException.For($"The bundle folder '{target}'", "a folder with other things in it", "a new, an empty, or a bundle's folder", "Choose another folder.");
        if (!force) throw UsageException.For($"The bundle folder '{target}'", "a complete bundle", "a new or an empty folder", $"Choose another folder, or set {OptionName.Parameter(nameof(force))} to replace it.");
    }

    static void Delete(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>After a failure, whose own message matters more than one about the leftovers.</summary>
    static void Clean(string folder)
    {
        try { Delete(folder); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }
}
