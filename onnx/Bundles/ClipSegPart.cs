using System.Security.Cryptography;
using Alignment.Onnx.Models;

namespace Alignment.Onnx.Bundles;

/// <summary>
/// What makes keyword masks. <paramref name="TokenizerFolder"/> is its own or the bundle's; <paramref name="Hash"/> covers its files only.
/// </summary>
sealed record ClipSegPart(ModelBundle Bundle, ClipSegConfig Config, ClipSegPictures Pictures, string TokenizerFolder, string Hash)
{
    const string Advice = "Add one with ClipSegImport or 'alignment models import --clipseg DIR --model BUNDLE' "
        + "(DIR: CIDAS/clipseg-rd64-refined or another CLIPSeg in Hugging Face's layout).";

    public static AddedFiles WriteConfigs(string folder, ClipSegConfig config, ClipSegPictures pictures)
    {
        AtomicFile.WriteText(Path.Combine(folder, BundleFiles.ClipSegConfig), ConfigText.Of(config));
        AtomicFile.WriteText(Path.Combine(folder, BundleFiles.ClipSegPictures), ConfigText.Of(pictures));
        return new([BundleFiles.ClipSegConfig, BundleFiles.ClipSegPictures]);
    }

    // Throws where the bundle has no CLIPSeg, or one that this program did not import.
    public static ClipSegPart Open(ModelBundle bundle)
    {
        string subject = $"The model bundle '{bundle.Folder}'";
        if (!bundle.Has(BundleFiles.ClipSeg))
            throw MissingDependencyException.For(subject, $"no {BundleFiles.ClipSeg}", "a CLIPSeg, which makes keyword masks", Advice);
        string[] missing = [.. new[] { BundleFiles.ClipSegText, BundleFiles.ClipSegConfig,
            BundleFiles.ClipSegPictures }.Where(f => !bundle.Has(f))];
        if (missing.Length > 0)
            throw BadDataException.For(subject, $"{BundleFiles.ClipSeg} without {string.Join(", ", missing)}", "all files of a CLIPSeg",
                Advice);
        Names(bundle, BundleFiles.ClipSegText, ["input_ids"], ["conditional_embeddings"]);
        Names(bundle, BundleFiles.ClipSeg, ["pixel_values", "conditional_embeddings"], ["logits"]);
        bool ownTokenizer = bundle.Has($"{BundleFiles.ClipSegTokenizer}/vocab.json");
        string tokenizer = Path.Combine(bundle.Folder,
            ownTokenizer ? BundleFiles.ClipSegTokenizer : Path.GetDirectoryName(BundleFiles.Vocabulary)!);
        return new(bundle, ClipSegConfig.Read(bundle.PathOf(BundleFiles.ClipSegConfig)),
            ClipSegPictures.Read(bundle.PathOf(BundleFiles.ClipSegPictures)),
            tokenizer, HashOf(bundle, ownTokenizer));
    }

    static string HashOf(ModelBundle bundle, bool ownTokenizer)
    {
        bool Counts(string f) => BundleFiles.IsClipSeg(f) || (!ownTokenizer && f is BundleFiles.Vocabulary or BundleFiles.Merges);
        string[] files = [.. bundle.AllFiles.Where(Counts)];
        IReadOnlyDictionary<string, BundleFile> known =
            bundle.HasManifest ? bundle.Manifest.Files : BundleHashes.Of(bundle.Folder, files, null, CancellationToken.None);
        string text = string.Concat(files.Order(StringComparer.Ordinal).Select(f => $"{f} {known[f].Sha256}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    static void Names(ModelBundle bundle, string model, string[] inputs, string[] outputs)
    {
        var header = bundle.Header(model);
        string[] there = [.. header.Inputs.Concat(header.Outputs).Select(v => v.Name)];
        string[] wanted = [.. inputs, .. outputs];
        if (wanted.FirstOrDefault(n => !there.Contains(n)) is { } missing)
            throw BadDataException.For($"The model '{Path.Combine(bundle.Folder, model)}'",
                $"no '{missing}' among {SafePath.Shorten(string.Join(", ", there), 300)}", string.Join(", ", wanted), Advice);
    }
}
