using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;

namespace Alignment.Onnx.Bundles;

/// <summary>
/// A folder that is a model. Opening checks every file's size and the models' inputs and outputs; <see cref="Verify"/> also reads every
/// byte.
/// </summary>
public sealed class ModelBundle
{
    readonly Lazy<string> _hash;
    readonly Dictionary<string, OnnxHeader> _headers;

    ModelBundle(string folder, BundleManifest manifest, IReadOnlyList<string> assumptions, Dictionary<string, OnnxHeader> headers)
    {
        (Folder, Manifest, Assumptions, _headers) = (folder, manifest, assumptions, headers);
        // An inferred manifest has no hashes: the files must be read for the model's identity.
        _hash = new(() => BundleJson.Hash(HasManifest ? Manifest
            : Manifest with { Files = BundleHashes.Of(Folder, AllFiles, null, CancellationToken.None) }));
    }

    public string Folder { get; }

    /// <summary>Inferred where there is no <c>bundle.json</c>.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>Anything but float16 counts as float32.</summary>
    public ModelPrecision Precision =>
        _headers[BundleFiles.Unet].WeightType == ModelPrecision.Float16.Text ? ModelPrecision.Float16 : ModelPrecision.Float32;

    /// <summary>What no file says; empty for bundles of this program.</summary>
    public IReadOnlyList<string> Assumptions { get; }

    public bool HasManifest => Manifest.Files.Count > 0;

    /// <summary>
    /// The model's identity: SHA-256 (lower-case hexadecimal) over its files' hashes and the manifest's numbers. Without a
    /// <c>bundle.json</c> the first use reads every file.
    /// </summary>
    public string Hash => _hash.Value;

    /// <summary>Reads headers only: milliseconds, whatever the size.</summary>
    /// <exception cref="MissingDependencyException">The folder does not exist.</exception>
    /// <exception cref="BadDataException">A file is missing, of another size, invalid, or outside the folder.</exception>
    public static ModelBundle Open(string folder)
    {
        string full = Path.GetFullPath(folder);
        if (!Directory.Exists(full))
            throw MissingDependencyException.For($"The model bundle '{full}'", "no such folder", "a folder with bundle.json and the models",
                "Check the path, or make a bundle with 'alignment models import --from DIR --out DIR'.");

        string manifestPath = Path.Combine(full, BundleFiles.Manifest);
        BundleManifest? recorded = File.Exists(manifestPath) ? BundleJson.Read(manifestPath) : null;
        if (recorded is not null) CheckRecorded(full, recorded);

        Dictionary<string, OnnxHeader> headers = BundleContract.ReadHeaders(full, recorded);
        if (recorded is not null)
        {
            BundleContract.CheckNumbers(full, recorded, headers);
            if (FilesOf(full, headers).FirstOrDefault(f => !recorded.Files.ContainsKey(f)) is { } unlisted)
                throw Bad(full, $"the file '{unlisted}', which the models use", $"every file listed in {BundleFiles.Manifest}",
                    "The bundle was changed by hand: import the model again, or delete bundle.json to use it as it is.");
            return new(full, recorded, [], headers);
        }
        (BundleManifest inferred, IReadOnlyList<string> assumptions) = BundleInference.Infer(full, headers);
        return new(full, inferred, assumptions, headers);
    }

    /// <summary>The full path of a file ("unet.onnx").</summary>
    /// <exception cref="BadDataException">The bundle does not have it.</exception>
    public string PathOf(string file) => Has(file)
        ? SafePath.Relative(Folder, file, $"The model bundle '{Folder}'")
        : throw Bad(Folder, $"no {file}", "a bundle that has it", "Use a bundle with that model in it.");

    /// <summary>Whether the bundle has <paramref name="file"/>.</summary>
    public bool Has(string file) => File.Exists(Path.Combine(Folder, file)) && (!HasManifest || Manifest.Files.ContainsKey(file));

    // By path in the folder, without documentation.
    internal IEnumerable<string> AllFiles => HasManifest ? Manifest.Files.Keys : FilesOf(Folder, _headers);

    // Throws where the bundle does not have the model.
    internal OnnxHeader Header(string model) => _headers.TryGetValue(model, out OnnxHeader? header) ? header
        : OnnxFileCheck.Read(PathOf(model));

    /// <summary>Compares every file's hash with the manifest's.</summary>
    /// <exception cref="BadDataException">A file differs, or there is no manifest.</exception>
    public void Verify(IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (!HasManifest)
            throw Bad(Folder, $"no {BundleFiles.Manifest}", "the recorded hashes",
                "Only bundles made by 'alignment models import' can be verified.");
        SortedDictionary<string, BundleFile> now = BundleHashes.Of(Folder, Manifest.Files.Keys, progress, cancellationToken);
        foreach ((string file, BundleFile recorded) in Manifest.Files.OrderBy(f => f.Key, StringComparer.Ordinal))
            if (now[file] != recorded)
                throw Bad(Folder, $"that '{file}' changed (SHA-256 {now[file].Sha256[..12]}…)", $"{recorded.Sha256[..12]}…, as recorded",
                    "Import or download the model again.");
    }

    /// <summary>Describes the bundle without running it.</summary>
    public BundleInspection Inspect()
    {
        return new(Folder, Hash, Manifest, Assumptions,
            [.. FilesOf(Folder, _headers).Order(StringComparer.Ordinal).Select(File)],
            [.. _headers.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => Model(h.Key, h.Value))]);

        InspectedFile File(string name) =>
            new(name, new FileInfo(Path.Combine(Folder, name)).Length,
            Manifest.Files.TryGetValue(name, out BundleFile? known) ? known.Sha256 : null);

        InspectedModel Model(string file, OnnxHeader h)
        {
            long bytes = new FileInfo(Path.Combine(Folder, file)).Length + h.ExternalFiles.Sum(f => new FileInfo(f).Length);
            return new(file, Manifest.Parameters.GetValueOrDefault(file, h.Parameters), bytes, h.Opset, h.WeightType, h.Inputs, h.Outputs);
        }
    }

    // The graphs, their external data, and the tokenizer; '/' between parts.
    static IEnumerable<string> FilesOf(string folder, IReadOnlyDictionary<string, OnnxHeader> headers) =>
        headers.Keys
            .Concat(headers.Values.SelectMany(h => h.ExternalFiles).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')))
            .Append(BundleFiles.Vocabulary).Append(BundleFiles.Merges)
            .Distinct();

    static void CheckRecorded(string folder, BundleManifest manifest)
    {
        foreach ((string file, BundleFile recorded) in manifest.Files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            string path = SafePath.Relative(folder, file, $"The model bundle '{folder}', file list");
            if (!File.Exists(path)) throw Bad(folder, $"no file '{SafePath.Shorten(file)}'", $"every file listed in {BundleFiles.Manifest}",
                "Import or download the model again.");
            long bytes = new FileInfo(path).Length;
            if (bytes != recorded.Bytes)
                throw Bad(folder, $"{bytes} bytes in '{SafePath.Shorten(file)}'", $"{recorded.Bytes}, as recorded",
                    "The file changed or is truncated: import or download the model again.");
        }
    }

    static BadDataException Bad(string folder, string found, string expected, string nextStep) =>
        BadDataException.For($"The model bundle '{folder}'", found, expected, nextStep);
}
