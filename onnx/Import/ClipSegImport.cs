using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Import;

/// <summary>Adds CLIPSeg to a model bundle.</summary>
public static class ClipSegImport
{
    const string TorchFile = "pytorch_model.bin", Origin = "; keyword masks: ";

    /// <summary>
    /// Adds a Hugging Face folder such as <c>CIDAS/clipseg-rd64-refined</c> (<c>config.json</c>, <c>vocab.json</c>, <c>merges.txt</c>,
    /// <c>model.safetensors</c> or <c>pytorch_model.bin</c>, in which nothing is run, and optionally <c>preprocessor_config.json</c>). A
    /// process killed at any point leaves a bundle that opens: with the old CLIPSeg, none, or the new one.
    /// </summary>
    /// <exception cref="BadDataException">A file is missing, broken, or of another architecture; tensors missing or left over are
    /// named.</exception>
    /// <exception cref="MissingDependencyException">The folder or the bundle does not exist.</exception>
    /// <exception cref="RetryableException">The disk is full or the folder cannot be written.</exception>
    public static ModelBundle Run(string from, string bundle, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ModelBundle target = ModelBundle.Open(bundle);
        string folder = Path.GetFullPath(from);
        string subject = $"The CLIPSeg folder '{folder}'";
        if (!Directory.Exists(folder))
            throw MissingDependencyException.For(subject, "no such folder", "config.json, the tokenizer and the weights in one folder",
                "Check the path; download the model first (CIDAS/clipseg-rd64-refined is the usual one).");
        ClipSegConfig config = ClipSegConfig.Read(Path.Combine(folder, "config.json"));
        string preparation = Path.Combine(folder, "preprocessor_config.json");
        ClipSegPictures pictures = File.Exists(preparation) ? ClipSegPictures.Read(preparation) : new();
        TokenizerFacts tokenizer = TokenizerFiles.Read(folder);
        if (tokenizer.VocabularySize > config.Text.VocabularySize)
            throw BadDataException.For(subject, $"a tokenizer of {tokenizer.VocabularySize} tokens",
                $"{config.Text.VocabularySize}, as the text encoder knows",
                "Take config.json and the tokenizer from the same model.");
        using OpenWeights weights = OpenWeightsOf(folder);
        OnnxModel text = ClipSeg.AuthorText(config, weights.Weights), masks = ClipSeg.Author(config, weights.Weights);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        string origin = $"{Origin}folder '{name}', licence {ModelCard.License(folder) ?? "unknown"}";
        return BundlePart.Replace(target, BundleFiles.IsClipSeg, () =>
        {
            List<AddedFiles> added = [];
            foreach (var (file, model) in new[] { (BundleFiles.ClipSegText, text), (BundleFiles.ClipSeg, masks) })
                added.Add(BundlePart.Of(file, model, model.Save(Path.Combine(target.Folder, file), progress: progress,
                    cancellationToken: cancellationToken)));
            added.Add(ClipSegPart.WriteConfigs(target.Folder, config, pictures));
            added.Add(new([.. TokenizerFiles.Copy(folder, Path.Combine(target.Folder, BundleFiles.ClipSegTokenizer))
                .Select(file => $"{BundleFiles.ClipSegTokenizer}/{file}")]));
            return added;
        }, progress, cancellationToken, manifest => manifest with { Origin = manifest.Origin.Split(Origin)[0] + origin });
    }

    // Safetensors, else PyTorch's file.
    static OpenWeights OpenWeightsOf(string folder)
    {
        bool safetensors = Directory.EnumerateFiles(folder, "*.safetensors*").Any();
        string torch = Path.Combine(folder, TorchFile);
        return !safetensors && File.Exists(torch) ? LpipsImport.Open(torch) : WeightFiles.Open(folder);
    }
}
