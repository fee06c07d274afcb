using System.Security.Cryptography;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Runtime;
using Alignment.Onnx.Weights;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Onnx.Training;

/// <summary>
/// A bundle's <c>training/</c> under ONNX Runtime's own names: <c>training_model.onnx</c> (losses and gradients), <c>eval_model.onnx</c>
/// (losses), <c>optimizer_model.onnx</c> (<see cref="AdamW"/>) and <c>checkpoint</c> (the parameters to start from). Frozen weights stay in
/// the bundle's own models, which the graphs refer to.
/// </summary>
public static class TrainingArtifact
{
    const string Folder = "training", FrozenKey = "alignment.frozen";

    public const string TrainingModel = $"{Folder}/training_model.onnx";
    public const string EvalModel = $"{Folder}/eval_model.onnx";
    public const string OptimizerModel = $"{Folder}/optimizer_model.onnx";
    public const string Checkpoint = $"{Folder}/checkpoint";

    /// <summary>Replaces an earlier artifact.</summary>
    /// <exception cref="BadDataException">The bundle does not record its architectures, or a model's weights do not fit them.</exception>
    /// <exception cref="UsageException">A loss that this bundle cannot have.</exception>
    public static void Write(ModelBundle bundle, TrainingArtifactOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        options ??= TrainingArtifactOptions.Default;
        using var models = new FrozenModels(bundle, options.Losses);
        var save = new SaveOptions { ShareFrom = bundle.Folder };
        string frozen = Frozen(bundle, options.Losses);
        OnnxModel Author(bool gradients)
        {
            OnnxModel model = ControlNetTrainingGraph.Author(models.Configs, bundle.Manifest.PredictionType, models.Weights, options,
                gradients);
            model.Graph.Metadata[FrozenKey] = frozen;
            return model;
        }
        string At(string file) => SafePath.Relative(bundle.Folder, file, "The training artifact");
        OnnxModel training = Author(gradients: true);
        training.Save(At(TrainingModel), save, progress, cancellationToken);
        Author(gradients: false).Save(At(EvalModel), save, progress, cancellationToken);
        AdamWGraph.Author().Save(At(OptimizerModel), cancellationToken: cancellationToken);

        using var control = new OnnxWeights(bundle.PathOf(BundleFiles.ControlNet));
        WeightInfo[] parameters = Parameters(models.Configs);
        var start = MixedWeights.Scoped((ControlNetTrainingGraph.Control, control));
        WeightCheck.Demand("controlnet", parameters, start);
        TrainingCheckpoint.SaveStart(At(Checkpoint), parameters, start);
    }

    /// <summary>Those that exist, relative to the bundle's folder.</summary>
    public static IReadOnlyList<string> Files(ModelBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return [.. new[] { TrainingModel, TrainingModel + "_data", EvalModel, EvalModel + "_data", OptimizerModel,
            Checkpoint }.Where(f => File.Exists(Path.Combine(bundle.Folder, f)))];
    }

    /// <summary>Empty buffers for the bundle's ControlNet, to load <see cref="Checkpoint"/> or another checkpoint into.</summary>
    public static ParameterBuffers Buffers(ModelBundle bundle) => new(Parameters(BundleConfigs.Read(bundle)));

    /// <summary>The bundle's training model on the buffers.</summary>
    /// <exception cref="MissingDependencyException">There is no artifact.</exception>
    /// <exception cref="BadDataException">It was written for other frozen weights, or is damaged.</exception>
    public static TrainingSession OpenTraining(ModelBundle bundle, ParameterBuffers buffers, Device? device = null) =>
        Open(bundle, TrainingModel, buffers, device);

    /// <summary>The bundle's evaluation model on the buffers; errors as of <see cref="OpenTraining"/>.</summary>
    public static TrainingSession OpenEval(ModelBundle bundle, ParameterBuffers buffers, Device? device = null) =>
        Open(bundle, EvalModel, buffers, device);

    /// <summary>The bundle's optimizer model on the buffers.</summary>
    /// <exception cref="MissingDependencyException">There is no artifact.</exception>
    public static AdamW OpenOptimizer(ModelBundle bundle, ParameterBuffers buffers, AdamWOptions? options = null) =>
        new(buffers, options, OrtSessions.Open(PathOf(bundle, OptimizerModel)));

    static TrainingSession Open(ModelBundle bundle, string file, ParameterBuffers buffers, Device? device)
    {
        ArgumentNullException.ThrowIfNull(buffers);
        string path = PathOf(bundle, file);
        InferenceSession session = OrtSessions.Open(File.ReadAllBytes(path), path, bundle.Folder, new() { Device = device ?? Device.Cpu });
        var metadata = session.ModelMetadata.CustomMetadataMap;
        if (metadata.TryGetValue(ControlNetTrainingGraph.LossesKey, out string? losses)
            && metadata.GetValueOrDefault(FrozenKey) == Frozen(bundle, TrainingLossNames.Parse(losses)))
            return TrainingSession.Over(session, buffers, path, device);
        session.Dispose();
        throw BadDataException.For($"The training artifact '{path}'", "one for other weights than the bundle has now",
            "one for this bundle", $"Write it again with TrainingArtifact.Write or 'alignment models training --model {bundle.Folder}'.");
    }

    static string PathOf(ModelBundle bundle, string file)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        string path = SafePath.Relative(bundle.Folder, file, "The training artifact");
        return File.Exists(path) ? path : throw MissingDependencyException.For($"The model bundle '{bundle.Folder}'", $"no {file}",
            "a training artifact", $"Write it with TrainingArtifact.Write or 'alignment models training --model {bundle.Folder}'.");
    }

    static WeightInfo[] Parameters(BundleConfigs configs) =>
        [.. ControlNet.Weights(configs.ControlNet).Select(w => w with { Name = $"{ControlNetTrainingGraph.Control}.{w.Name}" })];

    // The identity of everything the graphs refer to: a changed byte invalidates the recorded places.
    static string Frozen(ModelBundle bundle, TrainingLosses losses)
    {
        string[] stems = [BundleFiles.Unet, .. losses == TrainingLosses.Noise ? [] : new[] { BundleFiles.VaeDecoder },
            .. losses.HasFlag(TrainingLosses.Lpips) ? new[] { BundleFiles.Lpips } : []];
        var files = bundle.Manifest.Files.Where(f => stems.Any(s => f.Key.StartsWith(s, StringComparison.Ordinal)))
            .OrderBy(f => f.Key, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Concat(files.Select(f => $"{f.Key} {f.Value.Sha256}\n")))));
    }
}
