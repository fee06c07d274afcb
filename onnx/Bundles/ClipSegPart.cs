using System.Security.Cryptography;
using System.Text;
using Alignment.Onnx.Models;

namespace Alignment.Onnx.Bundles;

/// <summary>The part of a bundle that makes keyword masks.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Config">Its architecture.</param>
/// <param name="Pictures">How pictures are prepared for it.</param>
/// <param name="TokenizerFolder">Full path of its tokenizer: its own, or the bundle's.</param>
/// <param name="Hash">SHA-256 (lower-case hexadecimal) that identifies it: over its files' hashes. Other parts of the bundle may change.</param>
public sealed record ClipSegPart(ModelBundle Bundle, ClipSegConfig Config, ClipSegPictures Pictures, string TokenizerFolder, string Hash)
{
    const string Advice = "Add one with ClipSegImport or 'alignment models import --clipseg DIR --model BUNDLE' (DIR: CIDAS/clipseg-rd64-refined or another CLIPSeg in Hugging Face's layout).";

    /// <summary>The two configuration files.</summary>
    internal static AddedFiles WriteConfigs(string folder, ClipSegConfig config, ClipSegPictures pictures)
    {
        AtomicFile.WriteText(Path.Combine(folder, BundleFiles.ClipSegConfig), ConfigText.Of(config));
        AtomicFile.WriteText(Path.Combine(folder, BundleFiles.ClipSegPictures), ConfigText.Of(pictures));
        return new([BundleFiles.ClipSegConfig, BundleFiles.ClipSegPictures]);
    }

    /// <exception cref="MissingDependencyException">The bundle has no CLIPSeg.</exception>
    /// <exception cref="BadDataException">It has one that was not imported here, or a damaged one.</exception>
    public static ClipSegPart Open(ModelBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (!bundle.Has(BundleFiles.ClipSeg)) throw MissingDependencyException.For($"The model bundle '{bundle.Folder}'", $"no {BundleFiles.ClipSeg}", "a CLIPSeg, which makes keyword masks", Advice);
        string[] missing = [.. new[] { BundleFiles.ClipSegText, BundleFiles.ClipSegConfig, BundleFiles.ClipSegPictures }.Where(f => !bundle.Has(f))];
        if (missing.Length > 0) throw BadDataException.For($"The model bundle '{bundle.Folder}'", $"{BundleFiles.ClipSeg} without {string.Join(", ", missing)}", "all files of a CLIPSeg", Advice);
        Names(bundle, BundleFiles.ClipSegText, ["input_ids"], ["conditional_embeddings"]);
        Names(bundle, BundleFiles.ClipSeg, ["pixel_values", "conditional_embeddings"], ["logits"]);
        bool ownTokenizer = bundle.Has($"{BundleFiles.ClipSegTokenizer}/vocab.json");
        return new(bundle, ClipSegConfig.Read(bundle.PathOf(BundleFiles.ClipSegConfig)), ClipSegPictures.Read(bundle.PathOf(BundleFiles.ClipSegPictures)),
            Path.Combine(bundle.Folder, ownTokenizer ? BundleFiles.ClipSegTokenizer : Path.GetDirectoryName(BundleFiles.Vocabulary)!), HashOf(bundle, ownTokenizer));
    }

    static string HashOf(ModelBundle bundle, bool ownTokenizer)
    {
        IEnumerable<string> files = bundle.AllFiles.Where(f => BundleFiles.IsClipSeg(f) || (!ownTokenizer && f is BundleFiles.Vocabulary or BundleFiles.Merges));
        IReadOnlyDictionary<string, BundleFile> known = bundle.HasManifest ? bundle.Manifest.Files : BundleHashes.Of(bundle.Folder, files, null, CancellationToken.None);
        string text = string.Concat(files.Order(StringComparer.Ordinal).Select(f => $"{f} {known[f].Sha256}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    static void Names(ModelBundle bundle, string model, string[] inputs, string[] outputs)
    {
        var header = bundle.Header(model);
        string[] there = [.. header.Inputs.Concat(header.Outputs).Select(v => v.Name)];
        if (inputs.Concat(outputs).FirstOrDefault(n => !there.Contains(n)) is { } missing)
            throw BadDataException.For($"The model '{Path.Combine(bundle.Folder, model)}'", $"no '{missing}' among {SafePath.Shorten(string.Join(", ", there), 300)}", string.Join(", ", inputs.Concat(outputs)), Advice);
    }
}
