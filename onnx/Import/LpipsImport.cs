using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Import;

/// <summary>How published weights become a bundle's LPIPS.</summary>
public sealed record LpipsImportOptions
{
    public static LpipsImportOptions Default { get; } = new();

    /// <summary>The trunk; null: the one whose tensors the file has.</summary>
    public LpipsTrunk? Trunk { get; init; }

    /// <summary>The file of the linear layers; null: they stand in the trunk's file.</summary>
    public string? Linear { get; init; }
}

/// <summary>Adds LPIPS to a model bundle: the graph authored here, the published weights streamed into it.</summary>
public static class LpipsImport
{
    /// <summary>
    /// Writes <c>lpips.onnx</c> and <c>configs/lpips.json</c> into the bundle and records them in its <c>bundle.json</c>. Killed at any point
    /// it leaves a bundle that opens: with the LPIPS it had, without one, or with the new one. Tensors that LPIPS does not use
    /// (a trunk's classifier) are left alone.
    /// </summary>
    /// <param name="trunk">A file of <c>features.…</c>, as torchvision publishes them: safetensors, or PyTorch's own (nothing in it is run).</param>
    /// <param name="bundle">The bundle's folder.</param>
    /// <param name="options">Which trunk, and where the linear layers are.</param>
    /// <param name="progress">Told the bytes written, then hashed.</param>
    /// <param name="cancel">Stops between two pieces.</param>
    /// <exception cref="BadDataException">A file is broken, or has not the tensors of any trunk (those missing are named).</exception>
    /// <exception cref="MissingDependencyException">There is no such bundle.</exception>
    /// <exception cref="RetryableException">The disk is full or the folder cannot be written.</exception>
    /// <exception cref="UsageException">The linear layers are in no file given.</exception>
    public static ModelBundle Run(string trunk, string bundle, LpipsImportOptions? options = null, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        options ??= LpipsImportOptions.Default;
        ModelBundle target = ModelBundle.Open(bundle);
        using OpenWeights features = Open(trunk);
        using OpenWeights? linear = options.Linear is null ? null : Open(options.Linear);
        LpipsConfig config = options.Trunk is { } chosen ? LpipsConfig.Of(chosen) : Detect(trunk, features.Weights);
        if (linear is null && !features.Weights.Infos.Keys.Any(Lpips.IsLinear))
            throw UsageException.For($"The LPIPS trunk '{trunk}'", "no linear layers (lin0.model.1.weight, …) in it", "their file as well", $"Name lpips' weights/v0.1/{config.Name}.pth as {OptionName.Of<LpipsImportOptions>(nameof(LpipsImportOptions.Linear))}.");
        IWeights all = linear is null ? features.Weights : new JoinedWeights(linear.Weights, features.Weights);
        OnnxModel model = Lpips.Author(config, all);
        return BundlePart.Replace(target, IsOurs, () =>
        {
            SavedModel saved = model.Save(Path.Combine(target.Folder, BundleFiles.Lpips), progress: progress, stop: cancel);
            AtomicFile.WriteText(Path.Combine(target.Folder, BundleFiles.LpipsConfig), LpipsConfigText.Of(config));
            return [BundlePart.Of(BundleFiles.Lpips, model, saved), new([BundleFiles.LpipsConfig])];
        }, progress, cancel);
    }

    static bool IsOurs(string file) => file is BundleFiles.Lpips or BundleFiles.Lpips + "_data" or BundleFiles.LpipsConfig;

    /// <summary>By what the file begins with, not by its name: PyTorch's two forms, else safetensors.</summary>
    internal static OpenWeights Open(string path)
    {
        byte[] start = new byte[2];
        try
        {
            using FileStream file = File.OpenRead(path);
            file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BadDataException.For($"The weights '{path}'", $"that they cannot be read ({e.Message.TrimEnd('.')})", "a readable file, .safetensors or .pth", "Check the path and its permissions.", e);
        }
        bool torch = start is [(byte)'P', (byte)'K'] or [0x80, _] || Path.GetExtension(path) is ".pth" or ".pt" or ".bin";
        return new(torch ? TorchCheckpoint.Open(path) : SafetensorsFile.Open(path));
    }

    static LpipsConfig Detect(string path, IWeights weights)
    {
        foreach (LpipsTrunk trunk in Enum.GetValues<LpipsTrunk>())
        {
            LpipsConfig config = LpipsConfig.Of(trunk);
            if (Lpips.Weights(config).Where(w => !Lpips.IsLinear(w.Name)).All(w => weights.Infos.TryGetValue(w.Name, out WeightInfo? there) && there.Shape.SequenceEqual(w.Shape))) return config;
        }
        string names = SafePath.Shorten(string.Join(", ", weights.Infos.Values.Take(4).Select(w => $"{w.Name} [{string.Join(", ", w.Shape)}]")), 200);
        throw BadDataException.For($"The LPIPS trunk '{path}'", $"tensors of another model ({names}, …)", "torchvision's squeezenet1_1, alexnet or vgg16", $"Choose one with {OptionName.Of<LpipsImportOptions>(nameof(LpipsImportOptions.Trunk))} to see which of its tensors are missing.");
    }
}
