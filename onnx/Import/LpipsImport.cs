using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Import;

public sealed record LpipsImportOptions
{
    public static LpipsImportOptions Default { get; } = new();

    /// <summary>Null: the one whose tensors the file has.</summary>
    public LpipsTrunk? Trunk { get; init; }

    /// <summary>The file of the linear layers; null: the trunk's.</summary>
    public string? Linear { get; init; }
}

public static class LpipsImport
{
    /// <summary>
    /// Adds LPIPS from torchvision's <c>features.…</c> of a <paramref name="trunk"/> (safetensors, or PyTorch's own file, in which nothing
    /// is run); other tensors are ignored. A process killed at any point leaves a bundle that opens: with the old LPIPS, none, or the new
    /// one.
    /// </summary>
    /// <exception cref="BadDataException">A file is broken, or lacks tensors of every trunk.</exception>
    /// <exception cref="MissingDependencyException">The bundle does not exist.</exception>
    /// <exception cref="RetryableException">The disk is full or the folder cannot be written.</exception>
    /// <exception cref="UsageException">No file has the linear layers.</exception>
    public static ModelBundle Run(string trunk, string bundle, LpipsImportOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= LpipsImportOptions.Default;
        ModelBundle target = ModelBundle.Open(bundle);
        using OpenWeights features = Open(trunk);
        using OpenWeights? linear = options.Linear is null ? null : Open(options.Linear);
        LpipsConfig config = options.Trunk is { } chosen ? LpipsConfig.Of(chosen) : Detect(trunk, features.Weights);
        if (linear is null && !features.Weights.Infos.Keys.Any(Lpips.IsLinear))
            throw UsageException.For($"The LPIPS trunk '{trunk}'", "no linear layers (lin0.model.1.weight, …) in it", "their file as well",
                $"Name lpips' weights/v0.1/{config.Name}.pth as {OptionName.Of<LpipsImportOptions>(nameof(LpipsImportOptions.Linear))}.");
        IWeights all = linear is null ? features.Weights : MixedWeights.Joined(linear.Weights, features.Weights);
        OnnxModel model = Lpips.Author(config, all);
        return BundlePart.Replace(target, IsOurs, () =>
        {
            SavedModel saved = model.Save(Path.Combine(target.Folder, BundleFiles.Lpips), progress: progress,
                cancellationToken: cancellationToken);
            AtomicFile.WriteText(Path.Combine(target.Folder, BundleFiles.LpipsConfig), LpipsConfigText.Of(config));
            return [BundlePart.Of(BundleFiles.Lpips, model, saved), new([BundleFiles.LpipsConfig])];
        }, progress, cancellationToken);
    }

    static bool IsOurs(string file) => file is BundleFiles.Lpips or BundleFiles.Lpips + "_data" or BundleFiles.LpipsConfig;

    // By the first bytes: PyTorch's two formats, else safetensors.
    internal static OpenWeights Open(string path)
    {
        byte[] start = new byte[2];
        try
        {
            using FileStream file = File.OpenRead(path);
            file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e.IsOfFile())
        {
            throw BadDataException.Unreadable($"The weights '{path}'", e, "Check the path and its permissions.",
                "a readable file, .safetensors or .pth");
        }
        bool torch = start is [(byte)'P', (byte)'K'] or [0x80, _] || Path.GetExtension(path) is ".pth" or ".pt" or ".bin";
        return new(torch ? TorchCheckpoint.Open(path) : SafetensorsFile.Open(path));
    }

    static LpipsConfig Detect(string path, IWeights weights)
    {
        foreach (LpipsTrunk trunk in Enum.GetValues<LpipsTrunk>())
        {
            LpipsConfig config = LpipsConfig.Of(trunk);
            bool Has(WeightInfo w) => weights.Infos.TryGetValue(w.Name, out WeightInfo? found) && found.Shape.SequenceEqual(w.Shape);
            if (Lpips.Weights(config).Where(w => !Lpips.IsLinear(w.Name)).All(Has)) return config;
        }
        string names = SafePath.Shorten(string.Join(", ",
            weights.Infos.Values.Take(4).Select(w => $"{w.Name} {w.Sides}")), 200);
        throw BadDataException.For($"The LPIPS trunk '{path}'", $"tensors of another model ({names}, …)",
            "torchvision's squeezenet1_1, alexnet or vgg16",
            $"Choose one with {OptionName.Of<LpipsImportOptions>(nameof(LpipsImportOptions.Trunk))} to see which of its tensors are "
            + $"missing.");
    }
}
